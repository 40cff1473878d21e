// A block before the fork, one in each child, one behind; the children free what they got from their parent.
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void await(pid_t child) {
    int status;
    if (waitpid(child, &status, 0) != child || status != 0) _exit(9);
}

int main(void) {
    char *first = malloc(1001);
    char *second = malloc(1002);
    pid_t child = fork();
    if (child == 0) {
        free(first);
        // Makes no file: it has asked for nothing.
        child = fork();
        if (child == 0) _exit(0);
        await(child);
        chdir("/");
        char *own = malloc(2002);
        free(second);
        own = realloc(own, 3003);
        return 0;
    }
    await(child);
    child = vfork();
    if (child == 0) {
        execl("/no/such/program", "program", NULL);
        _exit(0);
    }
    await(child);
    first = realloc(first, 4004);
    return 0;
}
