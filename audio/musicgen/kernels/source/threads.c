#include "threads.h"

#include "aligned.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#define SPINS_BEFORE_YIELDING 2000  // some 20 us: longer than the parts of a step differ, unless a core is taken away
#define SPINS_BEFORE_SLEEPING 20000  // some 200 us: about the time between two steps

struct Team {
    int threads;
    pthread_t *helpers;
    void (*work)(void *, int);
    void *argument;
    bool ended;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    _Alignas(ALIGNMENT) atomic_uint run;  // counts the calls of team_run
    _Alignas(ALIGNMENT) atomic_uint arrived;
    _Alignas(ALIGNMENT) atomic_uint barrier;  // counts the barriers passed
    _Alignas(ALIGNMENT) _Atomic int64_t next;
};

typedef struct {
    Team *team;
    int thread;
} Helper;

static inline void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void *help(void *argument) {
    Helper self = *(Helper *)argument;
    free(argument);
    Team *team = self.team;
    unsigned seen = 0;
    for (;;) {
        for (int spins = 0; atomic_load_explicit(&team->run, memory_order_acquire) == seen; spins++) {
            if (spins < SPINS_BEFORE_SLEEPING) {
                relax();
                continue;
            }
            pthread_mutex_lock(&team->lock);
            while (atomic_load(&team->run) == seen) pthread_cond_wait(&team->wake, &team->lock);
            pthread_mutex_unlock(&team->lock);
        }
        seen = atomic_load(&team->run);
        if (team->ended) return NULL;
        team->work(team->argument, self.thread);
        team_barrier(team);
    }
}

Team *team_start(int64_t threads) {
    Team *team = aligned_new(sizeof(Team));
    if (!team) return NULL;
    *team = (Team){.threads = 1};
    team->helpers = calloc((size_t)threads, sizeof(pthread_t));
    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->wake, NULL);
    while (team->helpers && team->threads < threads) {
        Helper *helper = malloc(sizeof(Helper));
        if (helper) *helper = (Helper){team, team->threads};
        if (!helper || pthread_create(&team->helpers[team->threads], NULL, help, helper)) {
            free(helper);
            break;
        }
        team->threads++;
    }
    if (team->threads == threads) return team;
    team_end(team);
    return NULL;
}

static void start_run(Team *team) {
    pthread_mutex_lock(&team->lock);
    atomic_fetch_add(&team->run, 1);
    pthread_cond_broadcast(&team->wake);
    pthread_mutex_unlock(&team->lock);
}

void team_end(Team *team) {
    team->ended = true;
    start_run(team);
    for (int thread = 1; thread < team->threads; thread++) pthread_join(team->helpers[thread], NULL);
    pthread_mutex_destroy(&team->lock);
    pthread_cond_destroy(&team->wake);
    free(team->helpers);
    aligned_free(team);
}

void team_run(Team *team, void (*work)(void *, int), void *argument) {
    team->work = work;
    team->argument = argument;
    if (team->threads > 1) start_run(team);
    work(argument, 0);
    team_barrier(team);
}

void team_barrier(Team *team) {
    unsigned passed = atomic_load_explicit(&team->barrier, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) + 1 == (unsigned)team->threads) {
        atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&team->next, 0, memory_order_relaxed);
        atomic_store_explicit(&team->barrier, passed + 1, memory_order_release);
        return;
    }
    for (int spins = 0; atomic_load_explicit(&team->barrier, memory_order_acquire) == passed; spins++) {
        if (spins < SPINS_BEFORE_YIELDING)
            relax();
        else
            sched_yield();
    }
}

int team_threads(const Team *team) { return team->threads; }

int64_t team_next(Team *team, int64_t count) {
    int64_t at = atomic_fetch_add_explicit(&team->next, 1, memory_order_relaxed);
    return at < count ? at : -1;
}
