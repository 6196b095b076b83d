/* grid.h: the items that are measured for the map of winners: half of them at fixed places, the others where the model is
 * least sure who wins.
 *
 * They are jobs (tasks/job.c) of so long a computing and so many bytes each way, run by every strategy of the model with a worker a
 * core, and by serial. No formula has seen them: the chapter judges the predictions on them, and the map marks them.
 */
#ifndef PVQ_FORECAST_GRID_H
#define PVQ_FORECAST_GRID_H

#include "model/crossover.h"
#include "report/experiment.h"

enum { PVQ_GRID_FIXED = 15, PVQ_GRID_CLOSE = 15, PVQ_GRID_POINTS = PVQ_GRID_FIXED + PVQ_GRID_CLOSE };

/* Steps of the map (model/crossover.h). */
struct pvq_grid_point {
	unsigned time, size;
};

/* Chooses the points of this map: first the fixed ones; then, of those where the second strategy is predicted to be within 10 % of the
 * first, some that lie evenly among them. Where there are too few of those, within 20 %, and so on. No point comes twice.
 * Returns how many there are: all, but for a map of one strategy. */
unsigned pvq_grid_points(struct pvq_grid_point[PVQ_GRID_POINTS], const struct pvq_crossover *);

/* The item of a point, as a task: "job:work=316,in=8,out=8". */
enum { PVQ_GRID_WORDS = 64 };
void pvq_grid_words(char words[PVQ_GRID_WORDS], struct pvq_grid_point);

/* How many items of it a trial has: serial takes about 9 ms, and there are 100 for every core at least. */
uint64_t pvq_grid_items(struct pvq_grid_point, unsigned cores);

/* Measures them, if the sweep's rows calibrate a model and there are two cores or more. Does nothing if grid.csv exists, since
 * it is then complete (rundir.h). As in report/experiment.h. */
int pvq_forecast_run(const struct pvq_session *);

#endif
