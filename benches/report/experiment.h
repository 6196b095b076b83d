/* experiment.h: THE experiment contract. An experiment is one folder benches/experiments/<name>/ that holds a
 * descriptor `const struct pvq_experiment pvq_experiment_<name>`; the Makefile finds it and adds it to the registry.
 *
 * An experiment measures something beside the sweep, and writes it into separate files in the run's folder. It reads
 * them back, draws them, and writes chapters about them. Experiments know nothing of each other: findings that others
 * need are handed up as traits (results/traits.h).
 *
 * Every hook may be NULL. Hooks run on the main thread, one after the other, in the order of the fields.
 */
#ifndef PVQ_EXPERIMENT_H
#define PVQ_EXPERIMENT_H

#include "drive/profile.h"
#include "report/part.h"

struct pvq_host;
struct pvq_plan;

/* The place of a chapter. The chapters of a place follow the frame's own, in the order of the experiments' names. */
enum pvq_place {
	PVQ_PLACE_TITLE,
	PVQ_PLACE_ANSWER,  /* what to take */
	PVQ_PLACE_RIVALS,  /* what a user might take instead */
	PVQ_PLACE_TASKS,   /* the answer, task by task */
	PVQ_PLACE_WORKERS, /* how many workers */
	PVQ_PLACE_FAILURE, /* what happens when something goes wrong */
	PVQ_PLACE_GRAIN,   /* how small a task may be */
	PVQ_PLACE_LOSSES,  /* where the time goes */
	PVQ_PLACE_ORDER,   /* what keeping the order costs */
	PVQ_PLACE_SCALING, /* time against cores */
	PVQ_PLACE_CLAIMS,  /* others' claims, put to the test */
	PVQ_PLACE_PARTS,   /* what strategies are made of */
	PVQ_PLACE_OUTSIDE, /* whole runs, timed from outside */
	PVQ_PLACE_MORE,    /* chapters of new experiments */
	PVQ_PLACE_TRUST,
	PVQ_PLACE_PROOF, /* the measurement itself put to the test */
	PVQ_PLACE_METHOD,
	PVQ_PLACES
};

/* The kinds of reports: of an ordinary run, and of one with dozens of strategies. */
enum {
	PVQ_REPORT_SWEEP = 1 << 0,
	PVQ_REPORT_MANY = 1 << 1,
	PVQ_REPORT_ALL = PVQ_REPORT_SWEEP | PVQ_REPORT_MANY
};

struct pvq_chapter {
	enum pvq_place place;
	unsigned in;  /* the kinds of reports that have it */
	int of_sweep; /* 1: it is about the sweep's rows, so a report without a sweep leaves it out */
	/* Writes Markdown to r->md, or nothing if there is nothing to report. data: the experiment's. 0 or -ENOMEM. */
	int (*write)(const struct pvq_report *r, const void *data);
	const char *
		anchor; /* the chapter's name within links to the page: report.html#grain; it never changes */
	int fold;       /* 1: the page shows its heading only, until the reader opens it */
	const char *
		script; /* an asset that the page runs with it; it finds its data behind pictures (html.h); NULL: none */
};

/* A run in progress, for which an experiment measures. Borrowed. */
struct pvq_session {
	const struct pvq_plan *plan; /* the sweep's */
	const struct pvq_host *host;
	const char *dir, *command; /* the run's folder; the command as typed */
	double seconds;            /* the experiment's limit; 0: none */
	int resumed;               /* the folder may hold files of an earlier session */
};

/* A run's folder to read back, and the strategies that its rows name. Borrowed. */
struct pvq_folder {
	const char *dir;
	const struct pvq_registry *registry;
};

/* The seconds of an experiment in a profile that sets it no limit. */
#define PVQ_NO_LIMIT (-1.0)

enum { PVQ_CHAPTERS_MAX = 2 };

struct pvq_experiment {
	const char *name;
	/* A file that it writes. A folder with this file but without a sweep can have a report too. NULL: its files
	 * exist beside a sweep only. */
	const char *file;

	/* Experiments run in the order of `turn`, and those of one turn in the order of their names. */
	unsigned turn;
	/* Its limit in each profile, in seconds, which are taken from the sweep's time. 0: that profile leaves it
	 * out. */
	double seconds[PVQ_SCALES];
	/* Measures, and keeps files that the folder already holds complete. 0; -EINTR: the user interrupted; other
	 * -errno with one line on stderr: the run continues. */
	int (*run)(const struct pvq_session *);

	/* Reads its files in the run's folder. *data: owned, given back to release(); NULL: there are none. A damaged
	 * file is reported in one line on stderr, and the report continues without it. 0 or -ENOMEM. */
	int (*read)(void **data, const struct pvq_folder *);
	void (*release)(void *data);

	/* The hooks below are called only if read() left data, or is NULL itself. */
	/* Hands up its findings about strategies, and about the sweep's works. 0 or -ENOMEM. */
	int (*tell)(const void *data, struct pvq_traits *);
	int (*annotate)(const void *data, struct pvq_summary *);
	/* Finds out what it needs of the sweep's rows, once all others have annotated them, and keeps it in its data. 0 or
	 * -ENOMEM. */
	int (*study)(void *data, const struct pvq_report *);
	/* Writes its pictures' scripts and figures (draw/plot.h). 0 or -errno. */
	int (*draw)(struct pvq_plots *, const struct pvq_report *, const void *data);
	struct pvq_chapter
		chapter[PVQ_CHAPTERS_MAX]; /* if there are fewer, one without write() ends them */
};

/* Every experiment, in alphabetical order, NULL at the end (generated from benches/experiments/). */
extern const struct pvq_experiment *const pvq_experiments[];

/* The seconds that all experiments together may take in the profile. */
double pvq_experiments_seconds(enum pvq_scale);

/* Runs all experiments of the plan's profile, and fills in session->seconds for each. 0 or -EINTR. */
int pvq_experiments_run(const struct pvq_session *);

/* The data that each experiment read from the folder. Owned; freed with pvq_experiments_release(). */
struct pvq_readings {
	void **data;
	size_t count;
};

/* Reads the folder, and gathers the traits. 0 or -ENOMEM. */
int pvq_experiments_read(struct pvq_readings *, struct pvq_traits *, const struct pvq_folder *);
void pvq_experiments_release(struct pvq_readings *);

/* Whether the i-th experiment has something to draw and to report. */
int pvq_experiment_has(const struct pvq_readings *, size_t i);

#endif
