"""Mass notices (群发公告): one text to many people, approved by a second officer, each told once or with a reason."""
