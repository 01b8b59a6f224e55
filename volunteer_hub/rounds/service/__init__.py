"""Everything that writes in this area: lifecycle of rounds, sending of proposals, settings of a programme's rounds."""
