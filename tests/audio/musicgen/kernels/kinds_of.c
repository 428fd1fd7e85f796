// Prints the kinds among its arguments that this processor is of, for test_kinds.py.
#include <stdio.h>

#include "kinds.h"

int main(int count, char **names) {
    for (int at = 1; at < count; at++)
        if (kind_supported(names[at])) puts(names[at]);
    return 0;
}
