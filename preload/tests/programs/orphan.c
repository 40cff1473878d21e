// A parent that ends before its child first asks for memory; the child says when it has, and stays until its
// input ends.
#include <stdlib.h>
#include <unistd.h>

int main(void) {
    free(malloc(1001));
    pid_t parent = getpid();
    pid_t child = fork();
    if (child != 0) return 0;
    while (getppid() == parent) usleep(1000);
    free(malloc(2002));
    char byte = 'x';
    write(1, &byte, 1);
    read(0, &byte, 1);
    return 0;
}
