/* A right Socket.IO server in JavaScript, with Node.js and the official socket.io package.
 *
 *     npm ci
 *     node socketio_node.js --port 7788
 *
 * It serves the whole Socket.IO contract; with --recovery clients that come back get what they have missed.
 */
'use strict'

const { createServer } = require('node:http')
const { setTimeout: sleep } = require('node:timers/promises')
const { parseArgs } = require('node:util')
const { Server } = require('socket.io')

const CAPABILITIES = [
  ...['rooms', 'rooms.list', 'rooms.members', 'rooms.union', 'rooms.close', 'rooms.except'],
  ...['broadcast', 'whisper', 'echo', 'server-ack', 'server-ack.timeout', 'server-disconnect'],
  ...['presence', 'session', 'background', 'slow', 'error-isolation'],
  ...['ns.chat', 'official-ns', 'refuse', 'connect-timeout'],
]

const { values: options } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: process.env.PORT || '7788' },
    recovery: { type: 'boolean', default: false },
  },
})
if (options.recovery) CAPABILITIES.push('recovery')
const { NETCONFORM_CORS: origins, SIO_PROFILE: profile } = process.env

const server = createServer()
const io = new Server(server, {
  pingInterval: number('NETCONFORM_PING_INTERVAL_MS', 25_000),
  pingTimeout: number('NETCONFORM_PING_TIMEOUT_MS', 20_000),
  connectTimeout: number('NETCONFORM_CONNECT_TIMEOUT_MS', 45_000),
  connectionStateRecovery: options.recovery ? {} : undefined,
  maxHttpBufferSize: number('NETCONFORM_MAX_PAYLOAD', 1_000_000),
  cors: origins && { origin: origins === '*' ? '*' : origins.split(',') },
})

function number(name, otherwise) {
  return Number(process.env[name] ?? otherwise)
}

/** The rooms or ids that are meant, one or several: to() with an empty list would be everybody. */
function names(given) {
  return [given].flat().filter((name) => name !== null && name !== undefined && name !== '')
}

/** Let this client's events be handled. The handler gets first what acknowledges the event, if that is wanted. */
function handle(socket, handlers) {
  for (const [event, handler] of Object.entries(handlers)) {
    socket.on(event, async (...args) => {
      const ack = typeof args.at(-1) === 'function' ? args.pop() : () => {}
      try {
        await handler(ack, ...args)
      } catch (error) {
        console.error(`${event}: ${error}`) // uncaught it would end the whole server
      }
    })
  }
}

/** Levels 1 and 2. */
function chat(nsp) {
  nsp.on('connection', (socket) => {
    const session = new Map()

    handle(socket, {
      join(ack, { room }) {
        socket.join(names(room))
        ack('ok')
      },
      leave(ack, { room }) {
        for (const name of names(room)) socket.leave(name)
        ack('ok')
      },
      say(ack, { room, text, others, skip }) {
        const rooms = names(room)
        const target = (others ? socket.to(rooms) : nsp.to(rooms)).except(names(skip))
        if (rooms.length) target.emit('said', { room, text, from: socket.id })
        ack('ok')
      },
      broadcast(ack, { text, others }) {
        const target = others ? socket.broadcast : nsp
        target.emit('shouted', { text, from: socket.id })
        ack('ok')
      },
      whisper(ack, { to, text }) {
        if (names(to).length) nsp.to(names(to)).emit('whispered', { text, from: socket.id })
        ack('ok')
      },
      'message-with-ack'(ack, ...args) {
        ack(...args)
      },

      close_room(ack, { room }) {
        for (const name of names(room)) nsp.in(name).socketsLeave(name)
        ack('ok')
      },
      rooms(ack) {
        ack([...socket.rooms].sort())
      },
      async members(ack, { room }) {
        const found = names(room).length ? await nsp.in(names(room)).fetchSockets() : []
        ack(found.map((member) => member.id).sort())
      },
      ask(ack, { to, q, timeout }) {
        const asked = nsp.sockets.get(to)
        const answered = (...answer) => socket.emit('answered', { by: to, answer })
        const either = (error, ...answer) => (error ? socket.emit('unanswered', { by: to }) : answered(...answer))
        if (timeout) asked?.timeout(timeout).emit('question', q, either)
        else asked?.emit('question', q, answered)
        ack('ok')
      },
      kick(ack, { sid }) {
        nsp.sockets.get(sid)?.disconnect()
        ack('ok')
      },
      set(ack, { key, value }) {
        session.set(key, value)
        ack('ok')
      },
      get(ack, { key }) {
        ack(session.get(key))
      },
      countdown(ack, { n }) {
        const tick = () => {
          socket.emit('tick', n)
          if (n-- > 0) setImmediate(tick)
        }
        setImmediate(tick)
        ack('ok')
      },
      async slow(ack, { ms }) {
        await sleep(ms)
        ack('ok')
      },
      boom() {
        throw new Error('boom')
      },
    })
  })
}

/** Level 0, the chat of the tutorial, and who comes and goes. */
function main(nsp) {
  nsp.on('connection', (socket) => {
    handle(socket, {
      message() {
        nsp.emit('reply', { message: 'hello', sid: socket.id })
      },
      sendMessage(ack, { content, destId }) {
        if (names(destId).length) nsp.to(names(destId)).emit('reply', content)
      },
      disconnect() {
        socket.broadcast.emit('removeChat', socket.id)
      },
      capabilities(ack) {
        ack({ contract: 1, caps: CAPABILITIES, server: 'socket.io' })
      },
    })
    nsp.emit('addChat', socket.id)
  })
}

/** The app of the official test suite of the protocol. */
function custom(nsp) {
  nsp.on('connection', (socket) => {
    handle(socket, {
      message(ack, ...args) {
        socket.emit('message-back', ...args)
      },
      'message-with-ack'(ack, ...args) {
        ack(...args)
      },
    })
    socket.emit('auth', socket.handshake.auth)
  })
}

if (profile === 'official') {
  custom(io.of('/'))
} else {
  chat(io.of('/'))
  main(io.of('/'))
}
chat(io.of('/chat'))
custom(io.of('/custom'))
io.of('/private').use((socket, next) => {
  next(socket.handshake.auth.token === 'letmein' ? undefined : new Error('Not authorized'))
})

server.on('error', (error) => {
  console.error(error.message)
  if (!server.listening) process.exit(1) // otherwise no descriptor is left: some client will go
})
server.listen(Number(options.port), options.host)
