// A barrier for threads that share their processors with other processes. scripts/llama-cpp.sh puts it into ggml-cpu.c.
//
// libgomp's barrier looks 300,000 times before it sleeps. While another process has the processor of the thread that is waited
// for, the one that waits burns its own share of the time. Here it looks some thousand times, longer than threads with a
// processor each are ever apart, and then sleeps until it is woken.
//
// Threads that sleep look idle to the scheduler, which then puts two of them on one processor. So where a team has as many threads
// as the process has processors, each thread stays on its own.
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

// Beside two busy processes on two processors 3,000 slept too often and 300,000 spun too long (Benchmarks/HISTORY.md).
#define GGML_BARRIER_LOOKS 20000

// Threads of any team that sleep: while there are none, nobody needs to be woken, and there is no system call.
static atomic_int ggml_barrier_sleepers;

// Keeps the calling thread on the processor that its place in the team stands for, once.
static void ggml_barrier_stay(int n_threads) {
    static __thread int settled = 0;
    if (settled == n_threads) {
        return;
    }
    const int had_others = settled;
    settled = n_threads;
    cpu_set_t allowed;
    // The process's own processors: a thread that has been here before has only one left.
    if (sched_getaffinity(getpid(), sizeof(allowed), &allowed) != 0) {
        return;
    }
    if (CPU_COUNT(&allowed) != n_threads) {
        if (had_others) {
            sched_setaffinity(0, sizeof(allowed), &allowed);
        }
        return;
    }
    int place = omp_get_thread_num();
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &allowed) && place-- == 0) {
            cpu_set_t own;
            CPU_ZERO(&own);
            CPU_SET(cpu, &own);
            sched_setaffinity(0, sizeof(own), &own);
            return;
        }
    }
}

static void ggml_barrier_wait(struct ggml_threadpool * tp, int n_threads) {
    ggml_barrier_stay(n_threads);
    // Read before this thread is counted: the team cannot have gone on without it.
    const int passed = atomic_load(&tp->n_barrier_passed);
    if (atomic_fetch_add(&tp->n_barrier, 1) == n_threads - 1) {
        atomic_store(&tp->n_barrier, 0);
        atomic_fetch_add(&tp->n_barrier_passed, 1);
        if (atomic_load(&ggml_barrier_sleepers) > 0) {
            syscall(SYS_futex, &tp->n_barrier_passed, FUTEX_WAKE_PRIVATE, n_threads, NULL, NULL, 0);
        }
        return;
    }
    for (int i = 0; i < GGML_BARRIER_LOOKS; ++i) {
        if (atomic_load_explicit(&tp->n_barrier_passed, memory_order_acquire) != passed) {
            return;
        }
        ggml_thread_cpu_relax();
    }
    atomic_fetch_add(&ggml_barrier_sleepers, 1);
    while (atomic_load(&tp->n_barrier_passed) == passed) {
        syscall(SYS_futex, &tp->n_barrier_passed, FUTEX_WAIT_PRIVATE, passed, NULL, NULL, 0);
    }
    atomic_fetch_sub(&ggml_barrier_sleepers, 1);
}
