// Closes every descriptor that it did not open, and takes all their numbers for a file of its own.
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int main(int count, char **words) {
    for (int number = 3; number < 1024; number++) close(number);
    int own = open(words[1], O_RDWR);
    if (own < 0) return 1;
    for (int number = own + 1; number < 1024; number++)
        if (dup2(own, number) < 0) return 2;
    for (int round = 0; round < 100000; round++) free(malloc(1234));
    return 0;
}
