"""The desk: pages of officers, supervisors, the complaint centre, the regulator, auditors and administrators."""
