#pragma once
#include <stdint.h>

/// How often this thread has asked for memory since it began; -1 where that is not counted (sanitizers count themselves).
int64_t centroidd_allocations(void);
