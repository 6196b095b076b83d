/* profile.h: the numbers behind --profile: how long a run may take, and how it uses that time. Also the default tasks,
 * for a run whose user names none.
 */
#ifndef PVQ_PROFILE_H
#define PVQ_PROFILE_H

/* How much a profile measures. */
enum pvq_scale { PVQ_QUICK, PVQ_DEFAULT, PVQ_FULL, PVQ_PEERS_QUICK, PVQ_PEERS, PVQ_SCALES };

struct pvq_profile {
	const char *name;
	enum pvq_scale scale;
	unsigned list;       /* one bit: its default list of tasks */
	int sampler;         /* 1: only the most telling worker counts */
	int peers;           /* 1: with all peers */
	unsigned blocks_min; /* core counts are left out until so many blocks fit */
	unsigned first_look; /* blocks before the first check of precision */
	unsigned blocks_max; /* more blocks would not be worth their time */
	double budget_s;     /* for everything from plan to report; 0: no limit */
	double report_s; /* part of it for the report; experiments set their own (report/experiment.h) */
	/* A cell is precise enough when the half-width of its map time's 95 % interval is less than this share of the
	 * median; 0: no cell ever is. */
	double goal;
	double serial_ms;       /* how long a task's load takes the baseline … */
	double serial_ms_least; /* … and the least to which it may shrink if time is short */
	double timeout_s;       /* of one trial */
};

/* The profile of that name; NULL with one line on stderr that lists the known names. */
const struct pvq_profile *pvq_profile_find(const char *name);

/* A task of the default lists. */
struct pvq_profile_task {
	const char *spec; /* NULL ends the table */
	unsigned on;      /* the lists that have it: bits of pvq_profile.list */
	int beyond;       /* 1: also with more workers than cores */
};

extern const struct pvq_profile_task pvq_profile_tasks[];

/* Whether precision is checked after so many blocks (sweep.h). first: the blocks before the first check. */
int pvq_profile_is_look(unsigned blocks, unsigned first);

#endif
