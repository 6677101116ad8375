/* A right TCP server in Java with one thread for each client.
 *
 *     java JavaThreads.java --port 7788                  sends back what it receives
 *     java JavaThreads.java --port 7788 --reply 'ok!'    answers ok! to whatever it receives
 *
 * What it receives is printed as text: recv[('127.0.0.1', 50202)]:你好
 */

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

public class JavaThreads {
    static final int CHUNK = 1024;
    static final int LONGEST_CHARACTER = 4;
    static final PrintStream OUT =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

    public static void main(String[] args) throws Exception {
        Map<String, String> options = parseOptions(args);
        Charset encoding = Charset.forName(options.get("--encoding"));
        String text = options.get("--reply");
        byte[] reply = text.equals("echo") ? null : encoded(text, encoding);
        int port = Integer.parseInt(options.get("--port"));

        // Java's first close() of a socket needs a descriptor of its own, and if there is none, no socket can
        // be closed any more. So it comes now, and not when clients have taken all of them.
        ServerSocketChannel.open().close();
        ServerSocket listener = new ServerSocket();
        // Before bind(): the last run's connections are in TIME_WAIT, and the port would be refused for a
        // minute.
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(options.get("--host"), port), 128);
        while (true) { // No read in this loop: it would make everybody wait for one silent client.
            Socket client = null;
            try {
                client = listener.accept();
                Socket accepted = client;
                Thread thread = new Thread(() -> serve(accepted, encoding.newDecoder(), reply));
                thread.setDaemon(true);
                thread.start();
            } catch (IOException | OutOfMemoryError error) {
                System.err.println(error); // no descriptor or no thread is left: some client will go
                if (client != null) client.close();
                Thread.sleep(100);
            }
        }
    }

    /** Answer one client until it ends its side; without reply, with its own bytes. */
    static void serve(Socket client, CharsetDecoder decoder, byte[] reply) {
        // This closes the socket whatever happens; otherwise the client would wait for the end for ever.
        try (client) {
            String address = "('" + client.getInetAddress().getHostAddress() + "', " + client.getPort() + ")";
            decoder.onMalformedInput(CodingErrorAction.REPLACE);
            decoder.onUnmappableCharacter(CodingErrorAction.REPLACE);
            InputStream in = client.getInputStream();
            byte[] data = new byte[CHUNK];
            // A read may end within a character. The half stays in here until the rest arrives,
            // so there must be one for each connection.
            ByteBuffer undecoded = ByteBuffer.allocate(CHUNK + LONGEST_CHARACTER);
            int size;
            while ((size = in.read(data)) != -1) { // -1: the client has ended its side
                show(address, decode(decoder, undecoded.put(data, 0, size), false));
                if (reply == null) client.getOutputStream().write(data, 0, size);
                else client.getOutputStream().write(reply);
            }
            show(address, decode(decoder, undecoded, true));
        } catch (IOException reset) {
            // This client has reset the connection, which concerns nobody else.
        }
    }

    /** The text of the bytes; half a character at their end stays, unless the stream ends with it. */
    static String decode(CharsetDecoder decoder, ByteBuffer bytes, boolean end) {
        CharBuffer text = CharBuffer.allocate(bytes.capacity()); // no byte becomes more than one char
        decoder.decode(bytes.flip(), text, end);
        bytes.compact();
        return text.flip().toString();
    }

    /** Print the text at once, as one line that no other thread's line can cut. */
    static void show(String address, String text) {
        if (!text.isEmpty()) OUT.print("recv[" + address + "]:" + text + "\n");
    }

    static byte[] encoded(String text, Charset encoding) throws IOException {
        // getBytes() would put ? for what the encoding lacks.
        ByteBuffer bytes = encoding.newEncoder().encode(CharBuffer.wrap(text));
        return Arrays.copyOf(bytes.array(), bytes.limit());
    }

    static Map<String, String> parseOptions(String[] args) {
        Map<String, String> options = new HashMap<>(Map.of(
                "--host", "127.0.0.1",
                "--port", System.getenv().getOrDefault("PORT", "7788"),
                "--reply", "echo", // or the text that answers each read
                "--encoding", "gbk")); // of the text that clients send
        for (int i = 0; i < args.length; i += 2) {
            if (i + 1 == args.length || options.replace(args[i], args[i + 1]) == null) {
                System.err.println("usage: [--host H] [--port N] [--reply TEXT] [--encoding NAME]");
                System.exit(2);
            }
        }
        return options;
    }
}
