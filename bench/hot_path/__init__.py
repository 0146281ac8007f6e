"""Answers per CPU second: Clearbell's full judgement beside Kamailio's own rules, same packets, same run."""
