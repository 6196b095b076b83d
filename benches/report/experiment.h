/* experiment.h: THE experiment contract. An experiment is one folder benches/experiments/<name>/ that holds a descriptor
 * `const struct pvq_experiment pvq_experiment_<name>`; the Makefile finds it and adds it to the registry.
 *
 * An experiment measures something beside the sweep into files of its own in the run's folder, reads them back, draws
 * them and writes chapters about them. Experiments know nothing of each other: what one has to say that others need,
 * it hands up as traits (results/traits.h).
 *
 * Every hook may be NULL. Hooks run on the main thread, one after the other, in the order of the fields.
 */
#ifndef PVQ_EXPERIMENT_H
#define PVQ_EXPERIMENT_H

#include "drive/profile.h"
#include "report/part.h"

struct pvq_host;
struct pvq_plan;

/* Where a chapter stands. A place's chapters stand in the order of the experiments' names, behind the frame's own. */
enum pvq_place {
	PVQ_PLACE_TITLE,
	PVQ_PLACE_RIVALS,  /* what a user would take instead */
	PVQ_PLACE_FAILURE, /* what happens when something goes wrong */
	PVQ_PLACE_CLAIMS,  /* what others say, put to the test */
	PVQ_PLACE_ANSWER,
	PVQ_PLACE_SCALING, /* time against cores */
	PVQ_PLACE_LOSSES,  /* where the time goes */
	PVQ_PLACE_GRAIN,   /* how small a task may be */
	PVQ_PLACE_WORKERS, /* how many workers */
	PVQ_PLACE_ORDER,   /* what keeping the order costs */
	PVQ_PLACE_PARTS,   /* what strategies are made of */
	PVQ_PLACE_OUTSIDE, /* whole runs as others see them */
	PVQ_PLACE_MORE,    /* whatever is new */
	PVQ_PLACE_TRUST,
	PVQ_PLACE_PROOF, /* the measurement itself put to the test */
	PVQ_PLACE_METHOD,
	PVQ_PLACES
};

/* Kinds of reports: of an ordinary run, and of one with dozens of strategies. */
enum {
	PVQ_REPORT_SWEEP = 1 << 0,
	PVQ_REPORT_MANY = 1 << 1,
	PVQ_REPORT_ALL = PVQ_REPORT_SWEEP | PVQ_REPORT_MANY
};

struct pvq_chapter {
	enum pvq_place place;
	unsigned in;  /* which kinds of reports it is in */
	int of_sweep; /* 1: tells of the sweep's rows, so that it is in no report without */
	/* Writes Markdown to r->md, or nothing where there is nothing to tell. data: the experiment's. 0 or -ENOMEM. */
	int (*write)(const struct pvq_report *r, const void *data);
};

/* A run that is being made: what an experiment may measure by. Borrowed. */
struct pvq_session {
	const struct pvq_plan *plan; /* the sweep's */
	const struct pvq_host *host;
	const char *dir, *command; /* the run's folder; the command as typed */
	double seconds;            /* that the experiment may take; 0: as long as it needs */
	int resumed;               /* the folder may hold what an earlier session left */
};

/* A run's folder that is read back, and the strategies by which its rows are understood. Borrowed. */
struct pvq_folder {
	const char *dir;
	const struct pvq_registry *registry;
};

/* Seconds of an experiment in a profile that sets it no limit. */
#define PVQ_NO_LIMIT (-1.0)

enum { PVQ_CHAPTERS_MAX = 2 };

struct pvq_experiment {
	const char *name;
	/* A file that it measures into: of a folder that has this one, and no sweep, a report can be made too. NULL: its
	 * files stand beside a sweep only. */
	const char *file;

	/* Experiments run in the order of `turn`, those of one turn in that of their names. */
	unsigned turn;
	/* What it may take in each profile, in seconds: taken from the sweep's time. 0: it is not in that profile. */
	double seconds[PVQ_SCALES];
	/* Measures, and leaves alone what the folder holds complete. 0; -EINTR where the user interrupted; other -errno
	 * with one line on stderr: the run goes on. */
	int (*run)(const struct pvq_session *);

	/* Reads what the run's folder holds. *data: owned, given back to release(); NULL where there is nothing. What is wrong
	 * with a file is said in one line on stderr, and the report goes on without. */
	void (*read)(void **data, const struct pvq_folder *);
	void (*release)(void *data);

	/* The rest is called where read() left data, or is NULL itself. */
	/* Hands up what it knows of strategies, and of the sweep's works. 0 or -ENOMEM. */
	int (*tell)(const void *data, struct pvq_traits *);
	int (*annotate)(const void *data, struct pvq_summary *);
	/* Writes its pictures' scripts and figures (draw/plot.h). 0 or -errno. */
	int (*draw)(struct pvq_plots *, const struct pvq_report *, const void *data);
	struct pvq_chapter
		chapter[PVQ_CHAPTERS_MAX]; /* ends with one without write(), where there are fewer */
};

/* Every experiment, in alphabetical order, NULL at the end (generated from benches/experiments/). */
extern const struct pvq_experiment *const pvq_experiments[];

/* Seconds that all experiments together may take in the profile. */
double pvq_experiments_seconds(enum pvq_scale);

/* Runs all experiments of the plan's profile; session->seconds is filled in for each. 0 or -EINTR. */
int pvq_experiments_run(const struct pvq_session *);

/* What all experiments read from the folder, one an experiment. Owned; freed with pvq_experiments_release(). */
struct pvq_readings {
	void **data;
	size_t count;
};

/* Reads the folder, and gathers the traits. 0 or -ENOMEM. */
int pvq_experiments_read(struct pvq_readings *, struct pvq_traits *, const struct pvq_folder *);
void pvq_experiments_release(struct pvq_readings *);

/* Whether the i-th experiment has something to draw and to tell. */
int pvq_experiment_has(const struct pvq_readings *, size_t i);

#endif
