// Threads that compute one step together: the caller and its helpers run the same function, whose loops they share.
//
// A loop is over when all of its numbers are done, whoever did them. So a thread that the system keeps from running is
// waited for only if it holds a number: it finds the loops over that it missed, and takes part from there.
#pragma once

#include <stdint.h>

#include "export.h"

typedef struct Team Team;

// Start `threads - 1` helpers. Return NULL if the system refuses.
EXPORT Team *team_start(int64_t threads);

// End the helpers.
EXPORT void team_end(Team *team);

// Run work(argument, thread) in this thread, and in helpers that are awake in time; return when none is in it any more.
// All must come to the same loops in the same order, and may write only what a number of a loop gives them.
void team_run(Team *team, void (*work)(void *argument, int thread), void *argument);

int team_threads(const Team *team);

// The next number of a loop over 0 .. count - 1, or -1 when all numbers are done, by any thread. A loop goes on until -1.
int64_t team_next(Team *team, int thread, int64_t count);
