# What Busker says, in English: the language that the others translate.
# Names are those of the room that speaks, then what is said: compose-answer, voice-lost. Seeds come as text, so that
# they are not grouped. “{ $prompt }” is already safe to show.

### /compose

compose-answer = { $before ->
    [0] Composing { $seconds } s of “{ $prompt }” with seed { $seed }.
    [one] Composing { $seconds } s of “{ $prompt }” with seed { $seed }; it plays after one other piece.
   *[other] Composing { $seconds } s of “{ $prompt }” with seed { $seed }; it plays after { $before } others.
}

### /queue

queue-not-waiting = This does not wait in the queue, or no more; choose a piece from the list, or its place.
queue-nothing-waits = Nothing waits.
queue-removed = Removed “{ $prompt }” from the queue.
queue-moved = “{ $prompt }” is at place { $place } of the queue now.
