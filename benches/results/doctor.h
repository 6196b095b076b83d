/* doctor.h: is the machine fit to measure on? Verdicts over a manifest's facts of machine and build (rundir.h), so that a run
 * of last year, from another machine, is judged as this one is.
 */
#ifndef PVQ_DOCTOR_H
#define PVQ_DOCTOR_H

#include "base/rundir.h"

enum pvq_fitness {
	PVQ_FIT_FINE,
	PVQ_FIT_CAUTION, /* results hold, but vary more, or hold for such machines only */
	PVQ_FIT_SPOILS,  /* results tell of something else than the strategies */
	PVQ_FIT_UNKNOWN, /* the fact was not recorded, or cannot be had here */
};

/* One thing looked at. Texts are borrowed from the manifest, or constant. */
struct pvq_finding {
	const char *what, *value;
	enum pvq_fitness fitness;
	const char *advice; /* what to do about it, or why it does not matter */
};

enum { PVQ_FINDINGS_MAX = 16 };

/* Judges. Returns how many findings there are, in a fixed order. */
unsigned pvq_doctor(const struct pvq_manifest *, struct pvq_finding finding[PVQ_FINDINGS_MAX]);

/* The worst of them that is known. */
enum pvq_fitness pvq_doctor_worst(const struct pvq_finding *, unsigned count);

/* "fine", "caution", "spoils the run", "unknown". */
const char *pvq_fitness_words(enum pvq_fitness);

#endif
