/* A right TCP server in C: one thread that waits for all clients at once with epoll(7).
 *
 *     cc -O2 -o c_epoll c_epoll.c
 *     ./c_epoll --port 7788                  sends back what it receives
 *     ./c_epoll --port 7788 --reply 'ok!'    answers ok! to whatever it receives
 *
 * What it receives is printed as text: recv[('127.0.0.1', 50202)]:你好
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <iconv.h>
#include <netdb.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 1024, LONGEST_CHARACTER = 4, PAUSE_MS = 100, BACKLOG = 128 };

struct client {
    int socket;
    struct sockaddr_in address; /* of accept4(): getpeername() fails when the client has already gone */
    /* A read may end within a character. The half waits at the beginning of `undecoded` for the rest. */
    iconv_t decoder;
    char undecoded[LONGEST_CHARACTER + CHUNK];
    size_t half;
    char received[CHUNK];
    const char *owed; /* what is still to be sent; nothing more is read before it is, so it cannot grow */
    size_t owed_size;
};

static const char *host = "127.0.0.1", *port, *reply = "echo", *encoding = "gbk";
static int epoll, listener;

static void fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static void parse_options(int argc, char **argv) {
    static const struct option known[] = {{"host", required_argument, NULL, 'h'},
                                          {"port", required_argument, NULL, 'p'},
                                          {"reply", required_argument, NULL, 'r'},
                                          {"encoding", required_argument, NULL, 'e'},
                                          {NULL, 0, NULL, 0}};
    port = getenv("PORT") ? getenv("PORT") : "7788";
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (option) {
        case 'h': host = optarg; break;
        case 'p': port = optarg; break;
        case 'r': reply = optarg; break;
        case 'e': encoding = optarg; break;
        default: exit(2); /* getopt_long() has said what is wrong */
        }
    }
}

/* NULL for echo; otherwise the text, which the command line has in UTF-8, in the clients' encoding. */
static char *encoded_reply(void) {
    if (strcmp(reply, "echo") == 0)
        return NULL;
    char *text = strdup(reply), *encoded = calloc(strlen(reply) + 1, LONGEST_CHARACTER), *end = encoded;
    size_t left = strlen(text), room = left * LONGEST_CHARACTER;
    if (iconv(iconv_open(encoding, "UTF-8"), &text, &left, &end, &room) == (size_t)-1)
        fail("--reply");
    return encoded;
}

static int listening_socket(void) {
    struct addrinfo wanted = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
    int error = getaddrinfo(host, port, &wanted, &found), one = 1;
    if (error) {
        fprintf(stderr, "--host %s: %s\n", host, gai_strerror(error));
        exit(1);
    }
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    /* Before bind(): the last run's connections are in TIME_WAIT, and the port would be refused for a
     * minute. */
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 ||
        bind(fd, found->ai_addr, found->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0)
        fail(port);
    freeaddrinfo(found);
    return fd;
}

/* Level-triggered: what is left of one event comes again with the next epoll_wait(). */
static void watch(int operation, int fd, uint32_t events, struct client *client) {
    struct epoll_event event = {.events = events, .data.ptr = client};
    if (epoll_ctl(epoll, operation, fd, &event) < 0)
        fail("epoll_ctl");
}

/* Print the text of what was received as one line, and keep the half of a character that it may end in.
 * At the end of the stream, with `size` 0, that half is an error like any other: U+FFFD. */
static void show(struct client *client, size_t size) {
    char text[3 * sizeof client->undecoded]; /* a byte becomes one character of at most three bytes */
    char *in = client->undecoded, *out = text;
    size_t left = client->half + size, room = sizeof text;
    memcpy(in + client->half, client->received, size);
    while (iconv(client->decoder, &in, &left, &out, &room) == (size_t)-1) {
        if (errno == EINVAL && size > 0)
            break;
        in++, left--; /* an invalid byte */
        memcpy(out, "\uFFFD", 3);
        out += 3, room -= 3;
    }
    memmove(client->undecoded, in, left);
    client->half = left;
    if (out > text) {
        const struct sockaddr_in *from = &client->address;
        printf("recv[('%s', %d)]:", inet_ntoa(from->sin_addr), ntohs(from->sin_port));
        fwrite(text, 1, out - text, stdout); /* not printf(): the text may contain NUL */
        putchar('\n');
        fflush(stdout);
    }
}

static void leave(struct client *client) {
    close(client->socket); /* which also takes it out of epoll */
    iconv_close(client->decoder);
    free(client);
}

/* One read, if nothing is owed, and as much of the answer as can be sent now. False: it is to leave. */
static bool serve(struct client *client, const char *answer) {
    if (client->owed_size == 0) {
        ssize_t size = recv(client->socket, client->received, CHUNK, 0);
        if (size < 0)
            return errno == EAGAIN; /* otherwise it has reset the connection, which concerns nobody else */
        show(client, size);
        if (size == 0)
            return false; /* the client has ended its side, and nothing is owed to it */
        client->owed = answer ? answer : client->received;
        client->owed_size = answer ? strlen(answer) : (size_t)size;
    }
    ssize_t sent = send(client->socket, client->owed, client->owed_size, 0);
    if (sent < 0 && errno != EAGAIN)
        return false;
    if (sent > 0)
        client->owed += sent, client->owed_size -= sent;
    /* A client that does not read its answers is not read from, either: it waits, and nobody else does. */
    watch(EPOLL_CTL_MOD, client->socket, client->owed_size ? EPOLLOUT : EPOLLIN, client);
    return true;
}

/* False when no descriptor or no memory is left: some client will go. */
static bool accept_all(void) {
    struct sockaddr_in address;
    int fd;
    while ((fd = accept4(listener, (struct sockaddr *)&address, &(socklen_t){sizeof address},
                         SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct client *client = calloc(1, sizeof *client);
        if (client == NULL || (client->decoder = iconv_open("UTF-8", encoding)) == (iconv_t)-1) {
            free(client);
            close(fd);
            return false;
        }
        client->socket = fd, client->address = address;
        watch(EPOLL_CTL_ADD, fd, EPOLLIN, client);
    }
    return errno == EAGAIN || errno == ECONNABORTED || errno == EINTR;
}

int main(int argc, char **argv) {
    parse_options(argc, argv);
    signal(SIGPIPE, SIG_IGN); /* sending to a client that has gone is an error, not the end */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    /* Also keeps the converter loaded, so that iconv_open() needs no descriptor when none is left. */
    if (iconv_open("UTF-8", encoding) == (iconv_t)-1)
        fail(encoding);
    const char *answer = encoded_reply();
    listener = listening_socket();
    if ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0)
        fail("epoll_create1");
    watch(EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    bool accepting = true;
    for (;;) {
        struct epoll_event events[64];
        int count = epoll_wait(epoll, events, 64, accepting ? -1 : PAUSE_MS);
        if (!accepting)
            watch(EPOLL_CTL_MOD, listener, EPOLLIN, NULL);
        accepting = true;
        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;
            if (client && !serve(client, answer))
                leave(client);
            if (!client && !(accepting = accept_all()))
                watch(EPOLL_CTL_MOD, listener, 0, NULL); /* it stays readable, and would wake us for ever */
        }
    }
}
