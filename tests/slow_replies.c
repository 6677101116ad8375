/* Preloaded into a server, delays each of its replies by 20 ms, whatever it is written in.
 *
 * A reply is what is sent to a client that was sent nothing for 20 ms: a stream that goes on is delayed
 * once, as a slower server or a longer way would do it, and not at each of its thousands of pieces.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define DELAY 0.020
#define MOST_DESCRIPTORS 65536

static double last_sent[MOST_DESCRIPTORS];

/* What `stdbuf -oL` does, which is preloaded too and cannot be beside this. */
__attribute__((constructor)) static void write_out_each_line(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static int is_to_a_client(int fd) {
    int domain;
    socklen_t size = sizeof domain;
    if (fd < 0 || fd >= MOST_DESCRIPTORS || getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0)
        return 0;
    return domain == AF_INET || domain == AF_INET6;
}

static void delay(int fd) {
    if (!is_to_a_client(fd))
        return;
    if (now() - last_sent[fd] > DELAY) {
        struct timespec left = {0, (long)(DELAY * 1e9)};
        nanosleep(&left, NULL);
    }
    last_sent[fd] = now();
}

#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

ssize_t send(int fd, const void *data, size_t size, int flags) {
    delay(fd);
    return REAL(send)(fd, data, size, flags);
}

ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to, socklen_t length) {
    delay(fd);
    return REAL(sendto)(fd, data, size, flags, to, length);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    delay(fd);
    return REAL(sendmsg)(fd, message, flags);
}

ssize_t write(int fd, const void *data, size_t size) {
    delay(fd);
    return REAL(write)(fd, data, size);
}

ssize_t writev(int fd, const struct iovec *pieces, int count) {
    delay(fd);
    return REAL(writev)(fd, pieces, count);
}
