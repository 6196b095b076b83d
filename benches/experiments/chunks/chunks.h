/* chunks.h: what does the chunk size decide? CPython's ways to run a pool, its Process + Queue, and pvq's own pools run
 * short items with chunks of 1, 10, 100 and 1,000 items, and with the chunk that the library takes if none is given.
 *
 * The ways come in families, from a fraction of a microsecond to more than a hundred for an item. A family has as many
 * items as it can run in a second or two, and is a group of the sweep: its cells run one after the other in a block. A
 * family of CPython's pools has Process + Queue in it, with which they are compared. The rows go into chunks.csv, which
 * has the columns of raw.csv.
 */
#ifndef PVQ_CHUNKS_H
#define PVQ_CHUNKS_H

#include "draw/palette.h"
#include "report/experiment.h"

#define PVQ_CHUNKS_FILE "chunks.csv"

/* What is asked of every way that has a chunk: first its default, then ascending. */
enum { PVQ_CHUNK_DEFAULT, PVQ_CHUNK_SIZES = 5 };
extern const unsigned pvq_chunk_size[PVQ_CHUNK_SIZES];

enum pvq_chunk_kind {
	PVQ_CHUNK_CPYTHON, /* compared with the reference */
	PVQ_CHUNK_OWN,     /* pvq's own pools */
	PVQ_CHUNK_FIXED,   /* without a chunk to choose */
};

enum pvq_chunk_family {
	PVQ_CHUNK_POOLS, /* multiprocessing */
	PVQ_CHUNK_FUTURES,
	PVQ_CHUNK_JOBLIB,
	PVQ_CHUNK_COMPILED,
	PVQ_CHUNK_FAMILIES,
};

struct pvq_chunk_way {
	const char *impl; /* NULL ends the table */
	enum pvq_chunk_kind kind;
	enum pvq_chunk_family family; /* the reference is in others too */
	unsigned by_default;          /* the chunk in force by default; 0: the library chooses */
	struct pvq_style style;
};
extern const struct pvq_chunk_way pvq_chunk_ways[];

/* Process + Queue by hand, one item at a time: the other ways are compared with it. */
extern const char pvq_chunk_reference[];

/* A way over all chunk sizes. */
struct pvq_chunk_line {
	const struct pvq_chunk_way *way;
	/* By the size asked for; NULL: no good trial. Where a strategy clips the size, the cell's own chunk is smaller. */
	const struct pvq_cell *at[PVQ_CHUNK_SIZES];
	const struct pvq_cell *best; /* the lowest median; never NULL */
	/* Time / the reference's, for CPython's ways. n 0: not measured. */
	struct pvq_comparison by_default, by_best;
};

/* The contents of chunks.csv. Owned; freed with pvq_chunks_free(). */
struct pvq_chunks {
	struct pvq_rows rows;
	struct pvq_summary summary;
	unsigned workers;
	uint64_t least, most;        /* items of the families */
	char label[PVQ_LABEL_MAX];   /* "spin:ns=500" */
	struct pvq_chunk_line *line; /* as in pvq_chunk_ways */
	size_t lines;
	double alpha; /* of each comparison, so that all hold together */
};

/* Measures those of the plan's strategies that are in the table, on its largest core count. Does nothing if chunks.csv
 * exists, or if the plan has none of CPython's pools. As in report/experiment.h. */
int pvq_chunks_run(const struct pvq_session *);

/* Reads the folder. 0; -ENOENT: nothing was measured; -errno with one line on stderr. */
int pvq_chunks_read(struct pvq_chunks *, const struct pvq_registry *, const char *dir);
void pvq_chunks_free(struct pvq_chunks *);

/* The cell's map time per item. */
struct pvq_estimate pvq_chunks_item_ns(const struct pvq_cell *);

/* The hooks; their data is a struct pvq_chunks. */
int pvq_chunks_tell(const void *data, struct pvq_traits *);
int pvq_chunks_draw(struct pvq_plots *, const struct pvq_report *, const void *data);
int pvq_chunks_chapter(const struct pvq_report *, const void *data);

#endif
