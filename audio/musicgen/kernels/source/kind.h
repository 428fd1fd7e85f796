// Functions that are compiled once for each kind of processor, with the kind (-DKIND=...) in their names.
#pragma once

#include "export.h"

#define NAME_OF(name, kind) name##_##kind
#define NAME_FOR(name, kind) NAME_OF(name, kind)
#define FOR_KIND(name) NAME_FOR(name, KIND)
