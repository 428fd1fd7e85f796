// Loops that threads share, for test_threads.py: a helper that the system keeps from running is not waited for.
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "threads.h"

#define RUNS 2000
#define LOOPS 5
#define COUNT 7
#define SECONDS 60  // after which it is killed: then a thread waits for one that does nothing

typedef enum {
    ANY,
    LATE,  // a helper comes when the caller has passed all loops
    SLOW,  // a helper has a number when the caller comes, and takes its time over it
} Helpers;

typedef struct {
    Team *team;
    Helpers helpers;
    atomic_int helper_is_there, caller_is_done;
    int numbers[LOOPS][COUNT];  // how often each was given
    int sum[LOOPS];             // of those, added up in the next loop
} Shared;

static void take_time(void) {
    for (int turn = 0; turn < 100; turn++) sched_yield();
}

static void work(void *argument, int thread) {
    Shared *shared = argument;
    if (thread && shared->helpers == LATE) atomic_store(&shared->helper_is_there, 1);
    if (shared->helpers == LATE || (!thread && shared->helpers == SLOW))
        while (!atomic_load(thread ? &shared->caller_is_done : &shared->helper_is_there)) sched_yield();
    for (int loop = 0; loop < LOOPS; loop++) {
        for (int64_t at; (at = team_next(shared->team, thread, COUNT)) >= 0;) {
            if (thread && shared->helpers == SLOW) {
                atomic_store(&shared->helper_is_there, 1);
                take_time();
            }
            shared->numbers[loop][at]++;
        }
        for (int64_t at; (at = team_next(shared->team, thread, 1)) >= 0;)
            for (int number = 0; number < COUNT; number++) shared->sum[loop] += shared->numbers[loop][number];
        if (team_next(shared->team, thread, 0) >= 0) shared->sum[loop] = -1;
    }
    if (!thread) atomic_store(&shared->caller_is_done, 1);
}

int main(void) {
    alarm(SECONDS);
    for (int threads = 1; threads <= 4; threads++) {
        Team *team = team_start(threads);
        if (!team) return 1;
        for (int run = 0; run < RUNS; run++) {
            Shared shared = {.team = team, .helpers = threads > 1 && run % 20 < 3 ? (Helpers)(run % 20) : ANY};
            team_run(team, work, &shared);
            for (int loop = 0; loop < LOOPS; loop++) {
                if (shared.sum[loop] != COUNT) return printf("run %d: loop %d is wrong\n", run, loop), 1;
                for (int at = 0; at < COUNT; at++)
                    if (shared.numbers[loop][at] != 1) return printf("run %d: number %d is wrong\n", run, at), 1;
            }
        }
        team_end(team);
    }
    puts("right");
    return 0;
}
