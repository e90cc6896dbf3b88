/**
 * Step 3 of 6: solvers for a placement problem. A solution carries its cost with a proved lower bound, or the proof and the
 * repair of an infeasible problem. Read in this order: {@code PlacementSolver}, {@code Solution}, {@code PortfolioSolver},
 * then the parts it is made of: exact search, local search, the Lagrangian bound, the explanation of infeasibility, and the
 * checker that believes none of them.
 */
@NullMarked
package io.agentopt.plan.solve;

import org.jspecify.annotations.NullMarked;
