import { Chance } from './chance.ts';
import { PeopleSimulation } from './people-simulation.ts';
import { Simulation } from './simulation.ts';
import type { SimulationOptions, SimulationResult } from './simulation-result.ts';

/** Share of the histories in which several people share folders; in the others one person's devices meet more of what can befall them. */
const PEOPLE_SHARE = 0.25;

/** Runs the history of a seed. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const isOfPeople = new Chance(`${options.seed}`).fork('kind').happens(PEOPLE_SHARE);
  const simulation = isOfPeople ? new PeopleSimulation(options) : new Simulation(options);
  await simulation.run();
  return simulation.result();
}
