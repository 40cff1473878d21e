/* Misuse, by its name. */
#include <stdlib.h>
#include <string.h>

int main(int count, char **words) {
    if (count != 2) return 2;
    char *small = malloc(100), *large = malloc(100000), *huge = malloc(10000000), local[64];
    char *volatile pointer = small;
    if (!strcmp(words[1], "small twice")) free(pointer);
    else if (!strcmp(words[1], "large twice")) free(pointer = large);
    else if (!strcmp(words[1], "huge twice")) free(pointer = huge);
    else if (!strcmp(words[1], "inside")) pointer = small + 16;
    else if (!strcmp(words[1], "stack")) pointer = local;
    else return 2;
    free(pointer);
    return 0;
}
