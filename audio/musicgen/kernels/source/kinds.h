#pragma once

#include <stdbool.h>

#include "export.h"

// True if this processor runs the code of `kind`.
EXPORT bool kind_supported(const char *kind);
