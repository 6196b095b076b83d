/* profile.h: how long a run may take and what it does with that: the numbers behind --profile, and the tasks that a run
 * measures whose user names none.
 */
#ifndef PVQ_PROFILE_H
#define PVQ_PROFILE_H

/* How much a profile measures. */
enum pvq_scale { PVQ_QUICK, PVQ_DEFAULT, PVQ_FULL, PVQ_PEERS_QUICK, PVQ_PEERS, PVQ_SCALES };

struct pvq_profile {
	const char *name;
	enum pvq_scale scale;
	unsigned list;       /* one bit: which tasks are its default list */
	int sampler;         /* only the worker counts that tell most */
	int peers;           /* with all peers */
	unsigned blocks_min; /* core counts are left out until so many fit */
	unsigned first_look; /* blocks after which precision is looked at for the first time */
	unsigned blocks_max; /* enough: do not go on for the sake of it */
	double budget_s;     /* for everything from plan to report; 0: none */
	double report_s; /* of it, kept for the report; experiments say what they take (report/experiment.h) */
	/* A cell is precise enough when the half-width of its map time's 95 % interval is less than this share of the
	 * median; 0: none is. */
	double goal;
	double serial_ms;       /* how long a task's load takes the baseline … */
	double serial_ms_least; /* … and how far it may shrink where time is short */
	double timeout_s;       /* of one trial */
};

/* NULL with one line on stderr that lists the right names. */
const struct pvq_profile *pvq_profile_find(const char *name);

/* A task of the default lists. */
struct pvq_profile_task {
	const char *spec; /* NULL ends the table */
	unsigned on;      /* which of them: the bits of pvq_profile.list */
	int beyond;       /* also with more workers than cores */
};

extern const struct pvq_profile_task pvq_profile_tasks[];

/* Whether precision is looked at after so many blocks (sweep.h), where first is the first look. */
int pvq_profile_is_look(unsigned blocks, unsigned first);

#endif
