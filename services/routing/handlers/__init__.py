"""One transaction each: what is heard from the topics, what is asked over the API, what the clock brings."""
