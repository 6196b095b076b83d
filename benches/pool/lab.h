/* lab.h: the settings that all figures of a run share. */
#ifndef POOL_LAB_H
#define POOL_LAB_H

#include "drive/host.h"
#include "pool/looks.h"
#include "trial/registry.h"

#include <stdint.h>
#include <stdio.h>

struct pool_lab {
	struct pvq_host host;
	unsigned cores; /* each trial is confined to so many of the host's first CPUs */
	uint64_t
		rate; /* steps of the kernel per microsecond, measured once, so that all do the same work */
	unsigned blocks;               /* to measure */
	uint64_t seed;                 /* of the order */
	FILE *csv;                     /* gets every trial; NULL: none */
	struct pvq_registry *registry; /* for trials of pvq; peers are added when one is needed */
	struct pool_looks *looks;      /* gets what the probe saw around each trial */
};

#endif
