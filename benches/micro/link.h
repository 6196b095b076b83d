/* link.h: two sides that hand something over and back. All means of communication share one loop for their round trips.
 * The partner is a forked process or a thread.
 */
#ifndef PVQ_LINK_H
#define PVQ_LINK_H

#include "micro.h"

#include <stdatomic.h>

enum { PVQ_TO_PARTNER, PVQ_FROM_PARTNER, PVQ_WAYS };
enum { PVQ_LINE_BYTES = 128 }; /* distance between words that two sides write: CPUs fetch lines in pairs */

/* One way's word in memory that both sides see. */
struct pvq_link_word {
	_Alignas(PVQ_LINE_BYTES) _Atomic uint32_t value;
};

struct pvq_link_shared {
	struct pvq_link_word word[PVQ_WAYS];
	_Atomic int stop; /* set before the last hand-over: the partner leaves instead of answering */
	_Atomic uint64_t
		cpu_ns; /* the partner's CPU time for all trips but the warm-up; set when it leaves */
};

struct pvq_link {
	struct pvq_link_shared *shared;
	int fd[PVQ_WAYS][2]; /* the reading and the writing end of each way; -1: none */
	void *priv;          /* the kind's own */
};

/* A means of communication. All but close(): 0 or -errno. */
struct pvq_link_kind {
	int (*open)(struct pvq_link *); /* before there is a partner */
	int (*send)(struct pvq_link *, int way);
	int (*receive)(struct pvq_link *, int way);
	void (*close)(struct pvq_link *);
	int threads; /* the partner is a thread of this process */
};

/* The body of a case whose data is a kind: one round trip an iteration. The argument is the number of cores that the two
 * sides run on. */
void pvq_link_round_trips(struct gb_state *, const struct pvq_micro_run *);

/* Closes the descriptors that are open. Serves as a kind's close(). */
void pvq_link_close_fds(struct pvq_link *);
/* Read or write one byte; restart if a signal interrupts. 0 or -errno. */
int pvq_link_read_byte(int fd);
int pvq_link_write_byte(int fd);

/* The body of a case whose data is a kind: writes as many bytes an iteration as the argument says. The partner reads and
 * drops them, on another core if there is one. */
void pvq_link_stream(struct gb_state *, const struct pvq_micro_run *);

#endif
