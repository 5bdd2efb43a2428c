/* Load on a Unix stream socket: groups of clients, each with its own requests, measured apart.
 *
 * usage: load --socket PATH [--seconds S] [--warmup S] GROUP...
 * GROUP: --group NAME [--clients N] [--mode connect|keep] [--depth D] [--rate PER_SECOND]
 *        [--count N] [--reply line|bulk] [--expect TEXT] --request TEXT...
 *
 * Mode `connect` opens a connection for each request; `keep` sends `depth` requests at once on a
 * kept connection and waits for all of their replies. A group's requests are sent in turn. In a
 * request `{client}` stands for the client's number from 1, and `{id}` for a running number of
 * eight digits, which must come back in exactly one reply. Without a rate each client sends as
 * soon as it was answered; with one, requests are due at fixed times and latency counts from
 * there, so that a stall is seen by every request that it holds up.
 *
 * A reply is right if it holds the expected text. One line of JSON tells what was seen.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { MAX_GROUPS = 4, MAX_REQUESTS = 8, MAX_DEPTH = 64, ID_DIGITS = 8, INPUT = 1 << 17 };
enum { FINE_BITS = 7, FINE = 1 << FINE_BITS, SLOTS = (64 - FINE_BITS) * FINE };
#define SECOND 1000000000LL
#define RETRY_AFTER 50000LL /* ns until a full listen queue is tried again */

typedef struct {
    const char *text;
    size_t length;
} Text;

typedef struct {
    const char *name;
    int clients, keep, depth, bulk;
    long long rate, limit;
    Text expect, requests[MAX_REQUESTS];
    int request_count;
    long long done, wrong, dropped, retries, slowest;
    uint64_t latencies[SLOTS];
} Group;

typedef struct {
    Group *group;
    Text requests[MAX_REQUESTS];
    ptrdiff_t id_at[MAX_REQUESTS]; /* where the number goes, or -1 */
    int fd, turn, waiting, wants_out;
    long long due, begun;   /* ns */
    uint32_t first_id;      /* of the batch that is under way */
    uint64_t expected;      /* bits of the batch's requests that are not answered yet */
    int answered;
    char *output, *input;
    size_t output_length, output_sent, input_length;
} Client;

static const char *socket_path;
static Group groups[MAX_GROUPS];
static int group_count, client_count, waiting_count, poller;
static Client *clients;

static void fail(const char *what, const char *value)
{
    fprintf(stderr, "load: %s `%s`\n", what, value);
    exit(2);
}

static long long now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

/* ---- latencies: a histogram with 128 steps for each power of two, exact to 1 % ---- */

static int slot_of(uint64_t ns)
{
    if (ns < FINE)
        return (int)ns;
    int shift = 63 - __builtin_clzll(ns) - FINE_BITS;
    return (shift + 1) * FINE + (int)((ns >> shift) - FINE);
}

static double ns_of(int slot)
{
    if (slot < FINE)
        return slot;
    int shift = slot / FINE - 1;
    return ((double)(slot % FINE) + FINE + 0.5) * (double)(1ULL << shift);
}

static double quantile(const Group *group, double share)
{
    uint64_t wanted = (uint64_t)(share * (double)group->done), seen = 0;
    for (int slot = 0; slot < SLOTS; slot++) {
        seen += group->latencies[slot];
        if (seen > wanted)
            return ns_of(slot);
    }
    return (double)group->slowest;
}

static void record(Group *group, long long ns)
{
    group->latencies[slot_of((uint64_t)ns)]++;
    group->done++;
    if (ns > group->slowest)
        group->slowest = ns;
}

/* ---- one client ---- */

static void watch(Client *client, int operation, int wants_out)
{
    struct epoll_event event = {.events = EPOLLIN | (wants_out ? EPOLLOUT : 0)};
    event.data.ptr = client;
    client->wants_out = wants_out;
    if (epoll_ctl(poller, operation, client->fd, &event) < 0)
        fail("cannot watch a connection:", strerror(errno));
}

static void wait_until(Client *client, long long due)
{
    client->due = due;
    if (!client->waiting)
        waiting_count++;
    client->waiting = 1;
}

/* Returns 0 when the server's queue of connections is full. */
static int open_connection(Client *client)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, socket_path);
    client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (client->fd < 0)
        fail("no socket:", strerror(errno));
    if (connect(client->fd, (struct sockaddr *)&address, sizeof address) == 0) {
        watch(client, EPOLL_CTL_ADD, 0);
        return 1;
    }
    if (errno != EAGAIN)
        fail("cannot connect:", strerror(errno));
    close(client->fd);
    client->fd = -1;
    return 0;
}

static void close_connection(Client *client)
{
    close(client->fd);
    client->fd = -1;
    client->input_length = 0;
}

static void write_digits(char *at, uint32_t number)
{
    for (int digit = ID_DIGITS - 1; digit >= 0; digit--, number /= 10)
        at[digit] = (char)('0' + number % 10);
}

static void fill_batch(Client *client)
{
    Group *group = client->group;
    client->first_id += (uint32_t)group->depth;
    if (client->first_id > 99999999 - MAX_DEPTH)
        client->first_id = 10000000;
    client->output_length = client->output_sent = 0;
    for (int i = 0; i < group->depth; i++) {
        const Text *request = &client->requests[client->turn];
        char *at = client->output + client->output_length;
        memcpy(at, request->text, request->length);
        if (client->id_at[client->turn] >= 0)
            write_digits(at + client->id_at[client->turn], client->first_id + (uint32_t)i);
        client->output_length += request->length;
        client->turn = (client->turn + 1) % group->request_count;
    }
    client->answered = 0;
    client->expected = group->depth == 64 ? ~0ULL : (1ULL << group->depth) - 1;
}

static void begin(Client *client, long long now);

static void send_rest(Client *client)
{
    while (client->output_sent < client->output_length) {
        ssize_t sent = send(client->fd, client->output + client->output_sent,
                            client->output_length - client->output_sent, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            if (!client->wants_out)
                watch(client, EPOLL_CTL_MOD, 1);
            return;
        }
        if (sent < 0)
            return; /* the reader of this connection will see the end and count it */
        client->output_sent += (size_t)sent;
    }
    if (client->wants_out)
        watch(client, EPOLL_CTL_MOD, 0);
}

static void launch(Client *client, long long now)
{
    if (client->fd < 0 && !open_connection(client)) {
        client->group->retries++;
        wait_until(client, now + RETRY_AFTER);
        return;
    }
    send_rest(client);
}

static void begin(Client *client, long long now)
{
    Group *group = client->group;
    if (group->rate > 0) {
        long long interval = SECOND * group->clients * group->depth / group->rate;
        long long due = client->begun + interval;
        client->begun = due;
        fill_batch(client);
        if (due > now) {
            wait_until(client, due);
            return;
        }
    } else {
        client->begun = now;
        fill_batch(client);
    }
    launch(client, now);
}

/* ---- replies ---- */

/* The length of the first whole reply in `input`, 0 while it is not whole, -1 if it is none. */
static ptrdiff_t line_length(const char *input, size_t length)
{
    const char *end = memchr(input, '\n', length);
    return end ? end - input + 1 : 0;
}

static ptrdiff_t bulk_length(const char *input, size_t length)
{
    ptrdiff_t head = line_length(input, length);
    if (head <= 0)
        return head;
    if (input[0] != '$' || input[1] == '-')
        return -1;
    ptrdiff_t whole = head + atoll(input + 1) + 2;
    return whole <= (ptrdiff_t)length ? whole : 0;
}

/* Strikes off the number that a reply carries; false if it was never sent or is told twice. */
static int number_is_due(Client *client, const char *reply, size_t length)
{
    const char *at = memmem(reply, length, "\"id\":", 5);
    if (!at)
        return 0;
    at += 5;
    while (*at == ' ' || *at == '"')
        at++;
    uint32_t place = (uint32_t)strtoul(at, NULL, 10) - client->first_id;
    if (place >= (uint32_t)client->group->depth || !(client->expected >> place & 1))
        return 0;
    client->expected &= ~(1ULL << place);
    return 1;
}

static int is_right(Client *client, const char *reply, size_t length)
{
    const Text *expect = &client->group->expect;
    if (expect->length && !memmem(reply, length, expect->text, expect->length))
        return 0;
    return client->id_at[0] < 0 || number_is_due(client, reply, length);
}

static void take_replies(Client *client, long long now)
{
    Group *group = client->group;
    char *at = client->input, *end = client->input + client->input_length;
    while (at < end && client->answered < group->depth) {
        ptrdiff_t length = group->bulk ? bulk_length(at, (size_t)(end - at))
                                       : line_length(at, (size_t)(end - at));
        if (length == 0)
            break;
        if (length < 0 || !is_right(client, at, (size_t)length))
            group->wrong++;
        if (length < 0) /* what comes after it can't be told apart */
            length = end - at;
        record(group, now - client->begun);
        client->answered++;
        at += length;
    }
    client->input_length = (size_t)(end - at);
    memmove(client->input, at, client->input_length);
}

static void batch_done(Client *client, long long now)
{
    if (client->input_length)
        client->group->wrong++; /* more than was asked for */
    if (!client->group->keep)
        close_connection(client);
    client->input_length = 0;
    begin(client, now);
}

static void connection_lost(Client *client, long long now)
{
    client->group->dropped++;
    close_connection(client);
    wait_until(client, now + RETRY_AFTER);
}

static void on_ready(Client *client, uint32_t events, long long now)
{
    if (client->fd < 0)
        return;
    if (events & EPOLLOUT)
        send_rest(client);
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        return;
    ssize_t got = recv(client->fd, client->input + client->input_length,
                       INPUT - client->input_length, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        connection_lost(client, now);
        return;
    }
    client->input_length += (size_t)got;
    take_replies(client, now_ns());
    if (client->answered == client->group->depth)
        batch_done(client, now_ns());
}

/* ---- the run ---- */

static void start_due(long long now)
{
    for (int i = 0; waiting_count && i < client_count; i++) {
        Client *client = &clients[i];
        if (!client->waiting || client->due > now)
            continue;
        client->waiting = 0;
        waiting_count--;
        if (client->fd < 0) {
            client->output_sent = 0; /* a lost batch is sent again, whole */
            client->answered = 0;
            client->expected = ~0ULL >> (64 - client->group->depth);
        }
        launch(client, now);
    }
}

static long long soonest(long long until)
{
    for (int i = 0; waiting_count && i < client_count; i++)
        if (clients[i].waiting && clients[i].due < until)
            until = clients[i].due;
    return until;
}

static int all_counted(void)
{
    for (int i = 0; i < group_count; i++)
        if (!groups[i].limit || groups[i].done < groups[i].limit)
            return 0;
    return 1;
}

/* Runs until the time or the counts are reached; returns the nanoseconds that it took. */
static long long run(long long length)
{
    struct epoll_event events[256];
    long long began = now_ns(), now = began;
    while (now < began + length && !all_counted()) {
        long long pause = soonest(began + length) - now;
        struct timespec timeout = {0, 0};
        if (pause > 0)
            timeout = (struct timespec){pause / SECOND, pause % SECOND};
        int count = epoll_pwait2(poller, events, 256, &timeout, NULL);
        now = now_ns();
        for (int i = 0; i < count; i++)
            on_ready(events[i].data.ptr, events[i].events, now);
        start_due(now);
    }
    return now - began;
}

static void forget_warmup(void)
{
    for (int i = 0; i < group_count; i++) {
        Group *group = &groups[i];
        group->done = group->wrong = group->dropped = group->retries = group->slowest = 0;
        memset(group->latencies, 0, sizeof group->latencies);
    }
}

static void report(double seconds)
{
    printf("{\"seconds\": %.3f, \"groups\": {", seconds);
    for (int i = 0; i < group_count; i++) {
        const Group *g = &groups[i];
        printf("%s\"%s\": {\"requests\": %lld, \"per_second\": %.1f, \"p50_us\": %.2f, "
               "\"p99_us\": %.2f, \"max_us\": %.2f, \"wrong\": %lld, \"dropped\": %lld, "
               "\"retries\": %lld}",
               i ? ", " : "", g->name, g->done, (double)g->done / seconds,
               quantile(g, 0.5) / 1e3, quantile(g, 0.99) / 1e3, (double)g->slowest / 1e3,
               g->wrong, g->dropped, g->retries);
    }
    puts("}}");
}

/* ---- from arguments to clients ---- */

static Text render(Text raw, int number)
{
    char digits[16];
    size_t width = (size_t)snprintf(digits, sizeof digits, "%d", number);
    char *made = malloc(raw.length + sizeof digits);
    const char *mark = memmem(raw.text, raw.length, "{client}", 8);
    if (!mark) {
        memcpy(made, raw.text, raw.length);
        return (Text){made, raw.length};
    }
    size_t before = (size_t)(mark - raw.text), after = raw.length - before - 8;
    memcpy(made, raw.text, before);
    memcpy(made + before, digits, width);
    memcpy(made + before + width, mark + 8, after);
    return (Text){made, before + width + after};
}

/* `{id}` becomes eight digits that fill_batch() overwrites. */
static ptrdiff_t make_room_for_id(Text *request)
{
    const char *mark = memmem(request->text, request->length, "{id}", 4);
    if (!mark)
        return -1;
    size_t before = (size_t)(mark - request->text), after = request->length - before - 4;
    char *made = malloc(before + ID_DIGITS + after);
    memcpy(made, request->text, before);
    memset(made + before, '0', ID_DIGITS);
    memcpy(made + before + ID_DIGITS, mark + 4, after);
    *request = (Text){made, before + ID_DIGITS + after};
    return (ptrdiff_t)before;
}

static void make_client(Client *client, Group *group, int number, long long now)
{
    size_t longest = 0;
    *client = (Client){.group = group, .fd = -1, .first_id = 10000000, .begun = now};
    for (int i = 0; i < group->request_count; i++) {
        client->requests[i] = render(group->requests[i], number);
        client->id_at[i] = make_room_for_id(&client->requests[i]);
        if (client->requests[i].length > longest)
            longest = client->requests[i].length;
    }
    client->output = malloc(longest * (size_t)group->depth);
    client->input = malloc(INPUT);
    client->turn = number % group->request_count;
    if (group->rate > 0) /* spread the first requests over one interval */
        client->begun -= SECOND * number * group->depth / group->rate;
}

static void make_clients(void)
{
    long long now = now_ns();
    for (int i = 0; i < group_count; i++)
        client_count += groups[i].clients;
    clients = calloc((size_t)client_count, sizeof *clients);
    Client *next = clients;
    for (int i = 0; i < group_count; i++)
        for (int number = 1; number <= groups[i].clients; number++)
            make_client(next++, &groups[i], number, now);
}

static Text text_of(const char *argument)
{
    return (Text){argument, strlen(argument)};
}

static Group *new_group(const char *name)
{
    if (group_count == MAX_GROUPS)
        fail("too many groups at", name);
    Group *group = &groups[group_count++];
    group->name = name;
    group->clients = group->depth = 1;
    return group;
}

static void add_request(Group *group, const char *text)
{
    if (group->request_count == MAX_REQUESTS)
        fail("too many requests at", text);
    group->requests[group->request_count++] = text_of(text);
}

static void group_option(Group *group, const char *option, const char *value)
{
    if (!group)
        fail("before the first --group:", option);
    if (!strcmp(option, "--clients"))
        group->clients = atoi(value);
    else if (!strcmp(option, "--mode"))
        group->keep = !strcmp(value, "keep");
    else if (!strcmp(option, "--depth"))
        group->depth = atoi(value);
    else if (!strcmp(option, "--rate"))
        group->rate = atoll(value);
    else if (!strcmp(option, "--count"))
        group->limit = atoll(value);
    else if (!strcmp(option, "--reply"))
        group->bulk = !strcmp(value, "bulk");
    else if (!strcmp(option, "--expect"))
        group->expect = text_of(value);
    else if (!strcmp(option, "--request"))
        add_request(group, value);
    else
        fail("unknown option", option);
}

static void check_groups(void)
{
    if (!socket_path || strlen(socket_path) >= sizeof((struct sockaddr_un *)0)->sun_path)
        fail("no usable --socket:", socket_path ? socket_path : "");
    for (int i = 0; i < group_count; i++) {
        Group *group = &groups[i];
        if (!group->request_count)
            fail("no request in group", group->name);
        if (group->depth < 1 || group->depth > MAX_DEPTH || (!group->keep && group->depth > 1))
            fail("a wrong depth in group", group->name);
    }
}

int main(int argc, char **argv)
{
    double seconds = 1, warmup = 0.2;
    Group *group = NULL;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--socket"))
            socket_path = argv[i + 1];
        else if (!strcmp(argv[i], "--seconds"))
            seconds = atof(argv[i + 1]);
        else if (!strcmp(argv[i], "--warmup"))
            warmup = atof(argv[i + 1]);
        else if (!strcmp(argv[i], "--group"))
            group = new_group(argv[i + 1]);
        else
            group_option(group, argv[i], argv[i + 1]);
    }
    check_groups();
    poller = epoll_create1(EPOLL_CLOEXEC);
    make_clients();
    for (int i = 0; i < client_count; i++)
        begin(&clients[i], now_ns());
    run((long long)(warmup * SECOND));
    forget_warmup();
    report((double)run((long long)(seconds * SECOND)) / SECOND);
    return 0;
}
