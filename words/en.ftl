# What Busker says, in English: the language that the others translate.
# Names are those of the room that speaks, then what is said: compose-answer, voice-lost. Seeds come as text, so that
# they are not grouped. “{ $prompt }” is already safe to show.

### /steer

steer-answer = { $seconds ->
    [0] “{ $prompt }” takes over.
   *[other] “{ $prompt }” takes over; that is heard in about { $seconds } s.
}
steer-title = Steer
steer-words = What it should sound like from now on
steer-too-late = All of this piece is composed already, so new words come too late for it; steer the next one sooner.
steer-kept = This track was made before and is only played again, so new words cannot take it over.

### /compose

compose-answer = { $before ->
    [0] Composing { $seconds } s of “{ $prompt }” with seed { $seed }.
    [one] Composing { $seconds } s of “{ $prompt }” with seed { $seed }; it plays after one other piece.
   *[other] Composing { $seconds } s of “{ $prompt }” with seed { $seed }; it plays after { $before } others.
}

compose-stage = On a Stage, Busker asks to speak first; until a moderator lets it, the music waits.

### /queue

queue-not-waiting = This does not wait in the queue, or no more; choose a piece from the list, or its place.
queue-nothing-waits = Nothing waits.
queue-removed = Removed “{ $prompt }” from the queue.
queue-moved = “{ $prompt }” is at place { $place } of the queue now.

### The presence, in English for everybody

presence-idle = /compose makes music
presence-playing = { $channels ->
    [one] Playing in one voice channel
   *[other] Playing in { $channels } voice channels
}

### Recordings that members bring

melody-unfollowed = “{ $checkpoint }” follows no melody; a melody checkpoint such as facebook/musicgen-melody would, and each goes on from a recording.
recording-broken = { $name } cannot be read as sound; another format will do.
recording-large = { $name } has { $size } MiB; up to { $most } MiB will do.
recording-none = There is no sound in this message; choose one with a voice message or a sound file.
recording-soundless = { $name } is no sound; a voice message or a sound file will do.
recording-title-continue = Continue this
recording-title-melody = Compose on this melody
recording-unfetched = Discord did not give { $name } out; post it once more.
recording-unkept = { $name } could not be kept on Busker’s side; it is in the log.
recording-words = What it should sound like

### The card

card-stopped = Stopped
card-played = Played
card-ended-early = Ended early
card-paused = Paused
card-holding = { $why }
card-waiting = Waiting for its turn
card-playing = Playing
card-composing = Composing
card-composing-for = Composing · first sound in about { $seconds } s
card-facts = { $seconds } s · seed { $seed } · for { $name }
card-line = “{ $prompt }” · { $seconds } s · seed { $seed }
card-bar = { $what ->
    [made] { $bar } { $seconds } of { $total } s made
   *[played] { $bar } { $seconds } of { $total } s played
}
card-trouble = **Trouble:** { $trouble }
card-trouble-of = **Trouble** with “{ $prompt }”: { $trouble }
card-follows = **What follows**
card-place = { $place }. { $piece }
card-more = { $more ->
    [one] … and one more
   *[other] … and { $more } more
}
# Up to 80 characters each, and better one word.
card-button = { $act ->
    [pause] Pause
    [resume] Resume
    [skip] Skip
    [stop] Stop
    [steer] Steer
    [again] Again
    [remix] Remix
   *[extend] Extend
}

### After a restart

restart-forgot = { $pieces ->
    [one] Busker was restarted, and one piece that was asked for here is forgotten.
   *[other] Busker was restarted, and { $pieces } pieces that were asked for here are forgotten.
}

### Again, Remix, Extend

button-over = This piece does not play any more; the newest card has the buttons for what plays.
button-gone = This piece is over, and its track is not in the library; /compose makes another.
piece-tags = What this file says about its making cannot be used.
remake-not-mine = This is no track of Busker’s; choose a message in which Busker posted one.
remake-slow = Discord takes too long to give the track out; please try again.
remake-again = { $before ->
    [0] Playing “{ $prompt }” again.
    [one] Playing “{ $prompt }” again, after one other piece.
   *[other] Playing “{ $prompt }” again, after { $before } others.
}
remix-title = Remix
remix-words = What it should sound like
# Up to 45 characters.
remix-seed = Seed, a whole number; empty draws a new one
remix-no-seed = “{ $typed }” is no seed; any whole number from 0 to { $largest } will do.
extend-title = Extend
# Up to 45 characters.
extend-seconds = Seconds to go on, { $least } to { $most }
extend-no-number = “{ $typed }” is no number of seconds; 20 would be one.
extend-unfinished = This piece is still being made; it can be extended as soon as its track is posted.
extend-gone = The file of this track is gone here; the message with the track has a button that extends it, too.
extend-long = This track is too long to be extended; up to { $most } s will do.
extend-answer = { $before ->
    [0] “{ $prompt }” goes on for { $seconds } s, to { $total } s in all, with seed { $seed }.
    [one] “{ $prompt }” goes on for { $seconds } s, to { $total } s in all, with seed { $seed }; it plays after one other piece.
   *[other] “{ $prompt }” goes on for { $seconds } s, to { $total } s in all, with seed { $seed }; it plays after { $before } others.
}
