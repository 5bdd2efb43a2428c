/* Runs commands in turn, many times, and prints how long each run took, from start to reaped.
 *
 * usage: race RUNS NAME PROGRAM [ARGUMENT...] [--next NAME PROGRAM [ARGUMENT...]]...
 *
 * vfork() keeps the cost of starting small and the same for all; input and output are /dev/null.
 * One line for each command: its name, the runs that did not end with 0, microseconds of each run.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_COMMANDS = 16 };

typedef struct {
    const char *name;
    char **argv;
    long failed;
    double *took;
} Command;

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int run_once(char **argv)
{
    int status;
    pid_t child = vfork();
    if (child == 0) {
        execvp(argv[0], argv);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void run_all(Command *commands, int count, long runs)
{
    for (long run = 0; run < runs; run++)
        for (int i = 0; i < count; i++) {
            double began = now_us();
            int code = run_once(commands[i].argv);
            commands[i].took[run] = now_us() - began;
            commands[i].failed += code != 0;
        }
}

static int read_commands(char **arguments, Command *commands, long runs)
{
    int count = 0;
    for (char **at = arguments; *at && count < MAX_COMMANDS; count++) {
        commands[count] = (Command){.name = at[0], .argv = at + 1};
        commands[count].took = calloc((size_t)runs, sizeof(double));
        while (*at && strcmp(*at, "--next"))
            at++;
        if (*at)
            *at++ = NULL;
    }
    return count;
}

int main(int argc, char **argv)
{
    Command commands[MAX_COMMANDS];
    if (argc < 4)
        return fprintf(stderr, "usage: race RUNS NAME PROGRAM [ARGUMENT...] [--next ...]\n"), 2;
    long runs = atol(argv[1]);
    int count = read_commands(argv + 2, commands, runs);
    int out = dup(STDOUT_FILENO), nothing = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++)
        dup2(nothing, fd);
    fcntl(out, F_SETFD, FD_CLOEXEC);
    run_all(commands, count, runs);
    for (int i = 0; i < count; i++) {
        dprintf(out, "%s %ld", commands[i].name, commands[i].failed);
        for (long run = 0; run < runs; run++)
            dprintf(out, " %.1f", commands[i].took[run]);
        dprintf(out, "\n");
    }
    return 0;
}
