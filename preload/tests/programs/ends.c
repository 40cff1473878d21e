// Ends in the way that its argument names, with ten blocks made and five freed.
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void late(void) {
    free(malloc(77777));
}

int main(int count, char **words) {
    void *blocks[10];
    const char *way = words[1];
    if (!strcmp(way, "late")) atexit(late);
    for (int at = 0; at < 10; at++) blocks[at] = malloc(1001 + at);
    for (int at = 0; at < 5; at++) free(blocks[at]);
    if (!strcmp(way, "_exit")) _exit(0);
    if (!strcmp(way, "quick_exit")) quick_exit(0);
    if (!strcmp(way, "abort")) abort();
    if (!strcmp(way, "kill")) raise(SIGKILL);
    if (!strcmp(way, "fault")) *(volatile char *)8 = 1;
    if (!strcmp(way, "exec")) execl("/bin/true", "true", NULL);
    if (!strcmp(way, "exit")) exit(0);
    if (!strcmp(way, "for ever"))
        for (;;) {
            free(blocks[9]);
            blocks[9] = malloc(123456789 % (rand() % 9999 + 2) + 1);
        }
    return 0;
}
