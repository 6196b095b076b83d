/* tutorial_run.h: the tutorial's own job, four tasks that sleep 2 s each on four workers: as the pure Python program
 * impls/python/tutorial.py, and through pvq's strategies, as whole programs that a user would start.
 */
#ifndef PVQ_TUTORIAL_RUN_H
#define PVQ_TUTORIAL_RUN_H

#include <stdio.h>

/* Runs all of them in turn, `blocks` times; writes DIR/tutorial.csv unless that is there. 0; -EINTR; -errno with one
 * line on stderr. */
int pvq_tutorial_job_run(const char *dir, unsigned blocks);

/* Writes what DIR/tutorial.csv tells as a part of a report; nothing where it is not there. */
void pvq_tutorial_chapter(FILE *md, const char *dir);

#endif
