/* Sends bodies over HTTP as fast as they are taken, one connection each, and says how long it took.
 *
 * usage: blast HOST PORT BODY_BYTES HEAD_FILE...
 *
 * A head file holds a whole request head; its body is BODY_BYTES of the same noise. The clock runs
 * from when all are connected until the last is answered. Prints seconds, and each status.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { NOISE = 1 << 22, HEAD_MAX = 1 << 14 };

static unsigned char noise[NOISE];
static struct sockaddr_in address;
static uint64_t body_bytes;
static pthread_barrier_t connected;

struct stream {
    const char *file;
    char status[4];
};

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void send_all(int to, const void *from, size_t count) {
    const char *next = from;
    while (count > 0) {
        ssize_t sent = send(to, next, count, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return; /* refused in the middle: the answer says why */
        next += sent;
        count -= (size_t)sent;
    }
}

static void *run(void *given) {
    struct stream *it = given;
    char head[HEAD_MAX];
    FILE *file = fopen(it->file, "rb");
    if (!file) fail(it->file);
    size_t length = fread(head, 1, sizeof head, file);
    fclose(file);
    int to = socket(AF_INET, SOCK_STREAM, 0);
    if (to < 0 || connect(to, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
    int on = 1;
    setsockopt(to, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    pthread_barrier_wait(&connected);
    send_all(to, head, length);
    for (uint64_t left = body_bytes; left > 0;) {
        size_t piece = left < NOISE ? (size_t)left : NOISE;
        send_all(to, noise, piece);
        left -= piece;
    }
    char answer[HEAD_MAX];
    size_t got = 0;
    while (got < 12) {
        ssize_t more = recv(to, answer + got, sizeof answer - got, 0);
        if (more <= 0) break;
        got += (size_t)more;
    }
    memcpy(it->status, got >= 12 ? answer + 9 : "---", 3);
    close(to);
    return NULL;
}

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

int main(int count, char **words) {
    if (count < 5) return 2;
    address.sin_family = AF_INET;
    inet_pton(AF_INET, words[1], &address.sin_addr);
    address.sin_port = htons((uint16_t)atoi(words[2]));
    body_bytes = strtoull(words[3], NULL, 10);
    uint32_t seed = 1;
    for (size_t i = 0; i < NOISE; i++) noise[i] = (unsigned char)((seed = seed * 1664525u + 1013904223u) >> 24);
    int streams = count - 4;
    struct stream *all = calloc((size_t)streams, sizeof *all);
    pthread_t *threads = calloc((size_t)streams, sizeof *threads);
    pthread_barrier_init(&connected, NULL, (unsigned)streams + 1);
    for (int i = 0; i < streams; i++) {
        all[i].file = words[4 + i];
        pthread_create(&threads[i], NULL, run, &all[i]);
    }
    pthread_barrier_wait(&connected);
    double begun = now();
    for (int i = 0; i < streams; i++) pthread_join(threads[i], NULL);
    printf("%.6f", now() - begun);
    for (int i = 0; i < streams; i++) printf(" %s", all[i].status);
    printf("\n");
    return 0;
}
