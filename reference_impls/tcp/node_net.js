/* A right TCP server in JavaScript, with Node.js: one event loop and its callbacks.
 *
 *     node node_net.js --port 7788                  sends back what it receives
 *     node node_net.js --port 7788 --reply 'ok!'    answers ok! to whatever it receives
 *
 * What it receives is printed as text: recv[('127.0.0.1', 50202)]:你好
 */
'use strict'

const net = require('node:net')
const { parseArgs } = require('node:util')

const { values: options } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: process.env.PORT || '7788' },
    reply: { type: 'string', default: 'echo' }, // echo, or the text that answers each read
    encoding: { type: 'string', default: 'gbk' }, // of the text that clients send
  },
})
// Node decodes many encodings, but encodes none of them: the reply must be the same in each.
if (/[^\x00-\x7f]/.test(options.reply)) throw new Error('--reply: only ASCII can be sent')
const reply = options.reply === 'echo' ? null : Buffer.from(options.reply)
// GB 18030 includes GBK, and what Node calls gbk takes some invalid bytes for letters of private use.
const encoding = options.encoding === 'gbk' ? 'gb18030' : options.encoding
const newDecoder = () => new TextDecoder(encoding, { ignoreBOM: true })
newDecoder() // throws here, and not at the first client, if the name is unknown

// Without allowHalfOpen Node would end the connection as soon as the client has ended its side.
const server = net.createServer({ allowHalfOpen: true }, (client) => {
  const address = `('${client.remoteAddress}', ${client.remotePort})`
  // A read may end within a character. The decoder keeps the half until the rest arrives,
  // so there must be one for each connection.
  const decoder = newDecoder()

  client.on('data', (data) => {
    show(address, decoder.decode(data, { stream: true }))
    // A client that does not read its answers is not read from, either; otherwise they would fill the memory.
    if (!client.write(reply ?? data)) client.pause()
  })
  client.on('drain', () => client.resume())
  client.on('end', () => {
    show(address, decoder.decode())
    client.end() // after everything that is still owed
  })
  // The client has reset the connection, which concerns nobody else. An 'error' to which nobody listens
  // would end the whole server.
  client.on('error', () => {})
})

server.on('error', (error) => {
  console.error(error.message)
  if (!server.listening) process.exit(1) // otherwise no descriptor is left: some client will go
})
server.listen(Number(options.port), options.host)

// A console that has gone must not end the server.
process.stdout.on('error', () => {})

/** Print the text at once, as one line. */
function show(address, text) {
  if (text) process.stdout.write(`recv[${address}]:${text}\n`)
}
