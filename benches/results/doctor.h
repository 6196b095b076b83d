/* doctor.h: judges whether a machine is fit to measure on.
 *
 * It reads the facts about machine and build from a manifest (rundir.h), so it judges an old run from another machine
 * by the same rules as the present one.
 */
#ifndef PVQ_DOCTOR_H
#define PVQ_DOCTOR_H

#include "base/rundir.h"

enum pvq_fitness {
	PVQ_FIT_FINE,
	PVQ_FIT_CAUTION, /* results vary more, or hold for machines in this state only */
	PVQ_FIT_SPOILS,  /* results show something other than the strategies */
	PVQ_FIT_UNKNOWN, /* the fact was not recorded, or the machine does not tell */
};

/* One fact, judged. Texts are borrowed from the manifest, or constant. */
struct pvq_finding {
	const char *what, *value;
	enum pvq_fitness fitness;
	const char *advice; /* what to do about it, or why it does not matter */
};

enum { PVQ_FINDINGS_MAX = 19 };

/* Judges every fact, in a fixed order. Returns the number of findings. */
unsigned pvq_doctor(const struct pvq_manifest *, struct pvq_finding finding[PVQ_FINDINGS_MAX]);

/* The worst verdict among the findings; unknown ones do not count. */
enum pvq_fitness pvq_doctor_worst(const struct pvq_finding *, unsigned count);

/* Warns on f of everything that spoils the run, a line each. */
void pvq_doctor_warn(FILE *f, const struct pvq_manifest *);

/* "fine", "caution", "spoils the run", "unknown". */
const char *pvq_fitness_words(enum pvq_fitness);

#endif
