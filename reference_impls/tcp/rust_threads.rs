//! A right TCP server in Rust with one thread for each client.
//!
//!     rustc -O rust_threads.rs
//!     ./rust_threads --port 7788                  sends back what it receives
//!     ./rust_threads --port 7788 --reply 'ok!'    answers ok! to whatever it receives
//!
//! It prints nothing of what it receives: Rust's standard library cannot decode GBK. The reply is ASCII,
//! which is the same in every encoding that clients may use, so that --encoding changes nothing.

use std::io::{Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::{collections::HashMap, env, process, sync::Arc, thread, time::Duration};

fn main() -> Result<()> {
    let options = parse_options();
    let port = options["--port"].parse().expect("--port takes a number");
    let reply: Option<Arc<[u8]>> = match options["--reply"].as_str() {
        "echo" => None,
        text => Some(text.as_bytes().into()),
    };
    // bind() sets SO_REUSEADDR, and the runtime ignores SIGPIPE.
    let listener = TcpListener::bind((options["--host"].as_str(), port))?;
    for accepted in listener.incoming() {
        // No read in this loop: it would make everybody wait for one silent client.
        let reply = reply.clone();
        let start = |client| thread::Builder::new().spawn(move || serve(client, reply.as_deref()));
        if let Err(error) = accepted.and_then(start) {
            eprintln!("{error}"); // no descriptor or no thread is left: some client will go
            thread::sleep(Duration::from_millis(100));
        }
    }
    Ok(())
}

/// Answer one client until it ends its side; without `reply`, with its own bytes. An error means that this
/// client has reset the connection, which concerns nobody else. Whatever happens, the socket is closed when
/// `client` goes out of scope; otherwise the client would wait for the end for ever.
fn serve(mut client: TcpStream, reply: Option<&[u8]>) -> Result<()> {
    let mut data = [0; 1024];
    while let size @ 1.. = client.read(&mut data)? {
        client.write_all(reply.unwrap_or(&data[..size]))?; // not write(), which may send only a part
    }
    Ok(()) // nothing was read: the client has ended its side
}

fn parse_options() -> HashMap<String, String> {
    let mut options = HashMap::from([
        ("--host".into(), "127.0.0.1".into()),
        ("--port".into(), env::var("PORT").unwrap_or_else(|_| "7788".into())),
        ("--reply".into(), "echo".into()), // or the text that answers each read
        ("--encoding".into(), "gbk".into()),
    ]);
    let mut words = env::args().skip(1);
    while let Some(name) = words.next() {
        match (options.get_mut(&name), words.next()) {
            (Some(value), Some(word)) if name != "--reply" || word.is_ascii() => *value = word,
            _ => {
                eprintln!("usage: [--host H] [--port N] [--reply TEXT, in ASCII] [--encoding NAME]");
                process::exit(2);
            }
        }
    }
    options
}
