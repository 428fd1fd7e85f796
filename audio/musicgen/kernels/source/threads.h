// Threads that compute one step together: the caller and its helpers run the same function, with barriers in it.
#pragma once

#include <stdint.h>

#include "export.h"

typedef struct Team Team;

// Start `threads - 1` helpers. Return NULL if the system refuses.
EXPORT Team *team_start(int64_t threads);

// End the helpers.
EXPORT void team_end(Team *team);

// Run work(argument, thread) in every thread of the team and return when all have returned.
void team_run(Team *team, void (*work)(void *argument, int thread), void *argument);

// Wait until every thread of the team is here.
void team_barrier(Team *team);

int team_threads(const Team *team);

// The next number of a loop that the threads share, from 0 on; one loop between two barriers.
int64_t team_next(Team *team, int64_t count);
