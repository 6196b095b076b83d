/* error.h: how a strategy, or the engine below it, reports a failure. */
#ifndef PVQ_ERROR_H
#define PVQ_ERROR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The first failure. Later ones are its consequences and are dropped. */
struct pvq_error {
	int code;      /* -errno; -EOWNERDEAD: a worker died; -EBADMSG: a bad frame; 0: nothing */
	int worker;    /* 0 .. workers-1, or -1 */
	int wstatus;   /* a dead worker's status as from waitpid(), or 0 */
	uint64_t item; /* the item it hit, or UINT64_MAX */
	char msg[160]; /* one line for the user; names that item as "item 57" */
};

/* Initialiser: nothing has failed. */
#define PVQ_NO_ERROR                             \
	{                                        \
		.worker = -1, .item = UINT64_MAX \
	}

/* Records a failure in *err unless one is recorded already. Returns code, so that a caller can `return pvq_fail(…)`.
 * msg: what could not be done, in printf's format; the text of code is appended (not that of -EOWNERDEAD). */
int pvq_fail(struct pvq_error *err, int code, const char *msg, ...) __attribute__((format(printf, 3, 4)));

#ifdef __cplusplus
}
#endif
#endif
