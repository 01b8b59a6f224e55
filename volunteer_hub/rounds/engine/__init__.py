"""From arrays of volunteers and requests to the pairs of a round: candidate edges, the plan, its reasons."""
