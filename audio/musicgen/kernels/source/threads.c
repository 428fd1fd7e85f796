#include "threads.h"

#include "aligned.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#define SPINS_BEFORE_YIELDING 2000  // some 20 us: longer than a number of a loop takes, unless a core is taken away
#define SPINS_BEFORE_SLEEPING 20000  // some 200 us: about the time between two steps
#define FIRST_LOOP UINT32_MAX  // numbers of loops begin again at 0 after some hours; so they do in every test

typedef struct {
    _Alignas(ALIGNMENT) Team *team;
    pthread_t handle;
    int number;
    uint32_t loop;  // the loop that it is in
    bool holding;   // it has taken a number of this loop that is not done
} Thread;

struct Team {
    int threads;
    Thread *thread;  // the first is the caller
    void (*work)(void *, int);
    void *argument;
    uint32_t first;  // the loop that a run begins with
    bool ended;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    _Alignas(ALIGNMENT) atomic_uint run;     // odd while helpers may begin to work
    _Alignas(ALIGNMENT) atomic_uint inside;  // helpers that work, or look whether they may
    _Alignas(ALIGNMENT) _Atomic uint64_t at;  // the loop in the upper half, its next number in the lower one
    _Alignas(ALIGNMENT) _Atomic int64_t done;  // numbers of this loop
};

static inline void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static inline void wait_a_little(int spins) {
    if (spins < SPINS_BEFORE_YIELDING) relax();
    else sched_yield();
}

static inline uint64_t begin_of(uint32_t loop) { return (uint64_t)loop << 32; }

static inline uint32_t loop_of(uint64_t at) { return (uint32_t)(at >> 32); }

static inline bool begun(Team *team, unsigned seen) {
    unsigned run = atomic_load(&team->run);
    return run % 2 && run != seen;
}

static void await_run(Team *team, unsigned seen) {
    for (int spins = 0; spins < SPINS_BEFORE_SLEEPING; spins++) {
        if (begun(team, seen)) return;
        relax();
    }
    pthread_mutex_lock(&team->lock);
    while (!begun(team, seen)) pthread_cond_wait(&team->wake, &team->lock);
    pthread_mutex_unlock(&team->lock);
}

static void *help(void *argument) {
    Thread *self = argument;
    Team *team = self->team;
    for (unsigned seen = 0;;) {
        await_run(team, seen);
        // First inside, then a look at the run; the caller first ends the run, then looks who is inside.
        atomic_fetch_add(&team->inside, 1);
        unsigned run = atomic_load(&team->run);
        bool open = run % 2, ended = open && team->ended;
        if (open) seen = run;
        if (open && !ended) {
            self->loop = team->first;
            team->work(team->argument, self->number);
        }
        atomic_fetch_sub(&team->inside, 1);
        if (ended) return NULL;
    }
}

Team *team_start(int64_t threads) {
    Team *team = aligned_new(sizeof(Team));
    if (!team) return NULL;
    *team = (Team){.threads = 1, .at = begin_of(FIRST_LOOP)};
    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->wake, NULL);
    team->thread = aligned_new((size_t)threads * sizeof(Thread));
    if (team->thread) team->thread[0] = (Thread){.team = team, .loop = FIRST_LOOP};
    while (team->thread && team->threads < threads) {
        Thread *helper = team->thread + team->threads;
        *helper = (Thread){.team = team, .number = team->threads};
        if (pthread_create(&helper->handle, NULL, help, helper)) break;
        team->threads++;
    }
    if (team->thread && team->threads == threads) return team;
    team_end(team);
    return NULL;
}

static void open_run(Team *team) {
    pthread_mutex_lock(&team->lock);
    atomic_fetch_add(&team->run, 1);
    pthread_mutex_unlock(&team->lock);
    pthread_cond_broadcast(&team->wake);
}

void team_end(Team *team) {
    team->ended = true;
    open_run(team);
    for (int helper = 1; helper < team->threads; helper++) pthread_join(team->thread[helper].handle, NULL);
    pthread_mutex_destroy(&team->lock);
    pthread_cond_destroy(&team->wake);
    aligned_free(team->thread);
    aligned_free(team);
}

void team_run(Team *team, void (*work)(void *, int), void *argument) {
    team->work = work;
    team->argument = argument;
    team->first = team->thread->loop;
    if (team->threads > 1) open_run(team);
    work(argument, 0);
    if (team->threads == 1) return;
    atomic_fetch_add(&team->run, 1);
    for (int spins = 0; atomic_load(&team->inside); spins++) wait_a_little(spins);
}

int team_threads(const Team *team) { return team->threads; }

static void end_loop(Team *team, uint32_t loop) {
    atomic_store_explicit(&team->done, 0, memory_order_relaxed);
    atomic_store_explicit(&team->at, begin_of(loop + 1), memory_order_release);
}

int64_t team_next(Team *team, int thread, int64_t count) {
    Thread *self = team->thread + thread;
    if (self->holding) {
        self->holding = false;
        if (atomic_fetch_add_explicit(&team->done, 1, memory_order_acq_rel) + 1 == count)
            end_loop(team, self->loop);
    }
    if (count == 0) return -1;
    uint64_t at = atomic_load_explicit(&team->at, memory_order_acquire);
    while (loop_of(at) == self->loop && (uint32_t)at < count) {
        if (atomic_compare_exchange_weak_explicit(
                &team->at, &at, at + 1, memory_order_acquire, memory_order_acquire)) {
            self->holding = true;
            return (uint32_t)at;
        }
    }
    for (int spins = 0; loop_of(at) == self->loop; spins++) {
        wait_a_little(spins);
        at = atomic_load_explicit(&team->at, memory_order_acquire);
    }
    self->loop++;
    return -1;
}
