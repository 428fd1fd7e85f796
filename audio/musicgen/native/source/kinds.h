#pragma once

#include <stdbool.h>

#ifdef _WIN32
__declspec(dllexport)
#else
__attribute__((visibility("default")))
#endif
bool kind_supported(const char *kind);
