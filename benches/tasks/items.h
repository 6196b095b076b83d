/* items.h: a user's own items: the lines or records of a file, the paths that a pattern matches, or plain numbers. */
#ifndef PVQ_ITEMS_H
#define PVQ_ITEMS_H

#include "task.h"

/* How a file is cut into items. */
struct pvq_items_cut {
	char separator; /* ends an item; an item without a byte is none */
	size_t record;  /* above 0: no separators, every item has so many bytes */
};

struct pvq_items {
	char *text;            /* owned */
	struct pvq_span *item; /* owned; they point into text */
	uint64_t count;        /* 0: no source; the items are the numbers from 1, as many as one asks for */
	size_t longest;        /* in bytes */
};

/* Reads the items of a source: a file, a pattern such as "*.png", "-" for standard input, or "" for none. Standard input
 * that cannot be read twice is kept in memory, as descriptor 0, so that a child that inherits it can read it too. `task`
 * begins the message. 0, or -errno with *err filled; free them in either case. */
int pvq_items_read(struct pvq_items *, const char *source, const struct pvq_items_cut *, const char *task,
	struct pvq_error *err);
void pvq_items_free(struct pvq_items *);

/* Item id, from 0; where there are fewer they come again from the first on. A number is written to scratch (PVQ_SCRATCH
 * bytes). */
struct pvq_span pvq_items_at(const struct pvq_items *, uint64_t id, void *scratch);

#endif
