/* prices.h: the price list of this machine, DIR/micro.json. build/pvq-micro writes it, in Google Benchmark's format.
 * micro/MICRO.md says what the names mean.
 */
#ifndef PVQ_RESULTS_PRICES_H
#define PVQ_RESULTS_PRICES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The cost of one operation. */
struct pvq_price {
	char name[64];     /* "pipe/round_trip" */
	char arg_name[16]; /* "cores", "bytes", …; "": it takes no argument */
	int64_t arg;
	char op[160];                      /* what the operation is */
	double median_ns, min_ns, max_ns;  /* over the repetitions */
	size_t repetitions;                /* 0: it could not be measured; error says why */
	double handovers, syscalls, bytes; /* in one operation, both sides together; 0: none */
	char error[160];
	long family, instance; /* the order of the list */
};

/* Owned; freed with pvq_prices_free(). */
struct pvq_prices {
	struct pvq_price *price;
	size_t count;
	char build_type[16]; /* of the library, as it says itself: "debug", "release" */
	char list[16];       /* "short" or "full" */
};

/* Reads the list. 0; -ENOENT without a message: no such file; other -errno with one line on stderr. */
int pvq_prices_read(struct pvq_prices *, const char *dir);
void pvq_prices_free(struct pvq_prices *);

/* The price of that name and argument (any, if the operation takes none); NULL: not in the list, or not measured. */
const struct pvq_price *pvq_prices_find(const struct pvq_prices *, const char *name, int64_t arg);

/* Whether a table shows it. Of the many sizes it shows only a few; pictures show the rest. */
int pvq_price_is_listed(const struct pvq_price *);

/* Prints a table of at most 80 columns. */
void pvq_prices_print(FILE *, const struct pvq_prices *);

#endif
