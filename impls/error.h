/* error.h: how a strategy, or an engine under one, says what went wrong. */
#ifndef PVQ_ERROR_H
#define PVQ_ERROR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What went wrong; the first failure wins, later ones are its consequences. */
struct pvq_error {
	int code;      /* -errno; -EOWNERDEAD: a worker died; -EBADMSG: a bad frame; 0: nothing */
	int worker;    /* 0 .. workers-1, or -1 */
	int wstatus;   /* a dead worker's status as from waitpid(), or 0 */
	uint64_t item; /* the item concerned, or UINT64_MAX */
	char msg[160]; /* one line for the user; names the item concerned as "item 57" */
};

/* What an error is before anything went wrong. */
#define PVQ_NO_ERROR                             \
	{                                        \
		.worker = -1, .item = UINT64_MAX \
	}

/* Records a failure in *err unless one is there already; returns code, for `return pvq_fail(…)`.
 * msg: what could not be done, in printf's format; code's own text is appended. */
int pvq_fail(struct pvq_error *err, int code, const char *msg, ...) __attribute__((format(printf, 3, 4)));

#ifdef __cplusplus
}
#endif
#endif
