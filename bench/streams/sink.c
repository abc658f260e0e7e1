/* The limit: takes bodies as HTTP brings them, and does no more than what must be done with them.
 *
 * usage: sink PORT FOLDER WORK
 *
 * WORK is what is done: `receive`; `hash` also computes the SHA-256 and writes; `keep` also makes
 * every 16 MiB durable, and the end. A thread for each connection, one request on each.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 1 << 20, DURABLE_EVERY = 16 << 20, CONTEXT = 256, DIGEST = 32 };

/* libcrypto's own; declared here because its headers are often not installed. */
extern int SHA256_Init(void *);
extern int SHA256_Update(void *, const void *, size_t);
extern int SHA256_Final(unsigned char *, void *);

static const char *folder;
static int hashes, keeps;
static atomic_int next_file;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void take(int file, void *context, unsigned char *from, size_t count, uint64_t *offset, uint64_t *durable) {
    if (!hashes) return;
    SHA256_Update(context, from, count);
    while (count > 0) {
        ssize_t wrote = pwrite(file, from, count, (off_t)*offset);
        if (wrote < 0) fail("pwrite");
        from += wrote;
        count -= (size_t)wrote;
        *offset += (uint64_t)wrote;
    }
    if (keeps && *offset - *durable >= DURABLE_EVERY) {
        if (fdatasync(file) < 0) fail("fdatasync");
        *durable = *offset;
    }
}

static void *serve(void *given) {
    int from = (int)(intptr_t)given;
    unsigned char *buffer = malloc(BUFFER);
    size_t got = 0;
    char *end = NULL;
    while (!end) {
        ssize_t more = recv(from, buffer + got, BUFFER - 1 - got, 0);
        if (more <= 0) goto over;
        got += (size_t)more;
        buffer[got] = 0;
        end = strstr((char *)buffer, "\r\n\r\n");
    }
    char *length = strcasestr((char *)buffer, "\r\ncontent-length:");
    uint64_t left = length ? strtoull(length + 17, NULL, 10) : 0, offset = 0, durable = 0;
    char name[4096];
    snprintf(name, sizeof name, "%s/%d", folder, atomic_fetch_add(&next_file, 1));
    int file = hashes ? open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    if (hashes && file < 0) fail(name);
    unsigned char context[CONTEXT], digest[DIGEST];
    SHA256_Init(context);
    unsigned char *body = (unsigned char *)end + 4;
    size_t first = (size_t)(buffer + got - body);
    take(file, context, body, first, &offset, &durable);
    left -= first;
    while (left > 0) {
        ssize_t more = recv(from, buffer, left < BUFFER ? (size_t)left : BUFFER, MSG_WAITALL);
        if (more < 0 && errno == EINTR) continue;
        if (more <= 0) goto over;
        take(file, context, buffer, (size_t)more, &offset, &durable);
        left -= (uint64_t)more;
    }
    if (hashes) {
        SHA256_Final(digest, context);
        if (keeps && fdatasync(file) < 0) fail("fdatasync");
        close(file);
    }
    static const char answer[] = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
    send(from, answer, sizeof answer - 1, MSG_NOSIGNAL);
over:
    free(buffer);
    close(from);
    return NULL;
}

int main(int count, char **words) {
    if (count != 4) return 2;
    folder = words[2];
    hashes = strcmp(words[3], "receive") != 0;
    keeps = strcmp(words[3], "keep") == 0;
    int on = 1, listening = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(words[1]))};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    if (bind(listening, (struct sockaddr *)&address, sizeof address) < 0 || listen(listening, 128) < 0) fail("listen");
    for (;;) {
        int from = accept(listening, NULL, NULL);
        if (from < 0) continue;
        pthread_t thread;
        pthread_create(&thread, NULL, serve, (void *)(intptr_t)from);
        pthread_detach(thread);
    }
}
