/* Begins glibc's log of malloc and free before main; README.md has the command.
   mtrace() alone would do for a program that starts no other: the rest keeps copies of this program and the
   programs that it starts from writing into the same file. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <mcheck.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int descriptor;

static void before_fork(void) { fflush(NULL); }

static void in_child(void) {
    int null = open("/dev/null", O_WRONLY);
    dup2(null, descriptor);
    close(null);
}

__attribute__((constructor)) static void record(void) {
    close(descriptor = open("/dev/null", O_WRONLY)); /* the number that the log gets */
    mtrace();                                        /* opens $MALLOC_TRACE */
    pthread_atfork(before_fork, NULL, in_child);
    for (char **entry = environ; *entry; entry++)
        if (!strncmp(*entry, "MALLOC_TRACE=", 13))
            **entry = '_';
}
