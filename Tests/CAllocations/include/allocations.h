#pragma once
#include <stdint.h>

/// How often this thread has asked for 4 KiB or more of memory since it began; -1 where that is not counted (sanitizers
/// take the place of what counts).
int64_t centroidd_large_allocations(void);
