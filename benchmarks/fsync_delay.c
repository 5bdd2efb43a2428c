/* Preloaded into a daemon: makes every sync to disk take `FSYNC_DELAY_MS` longer, as a slow disk
 * would. The wait is a sleep, so that no processor time is taken from anybody. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static void wait_as_told(void)
{
    const char *told = getenv("FSYNC_DELAY_MS");
    long ms = told ? atol(told) : 0;
    struct timespec delay = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&delay, NULL);
}

int fsync(int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_as_told();
    return real(fd);
}

int fdatasync(int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_as_told();
    return real(fd);
}
