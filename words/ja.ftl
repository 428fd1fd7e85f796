# Busker が日本語で話すこと。です・ます調。
#
# 用語: piece = 曲(依頼されるもの)、track = トラック(完成したファイル)、seed = シード、prompt = プロンプト、
# queue = キュー、library = ライブラリ、steer = 曲調変更、checkpoint = モデル、interval = 間隔、
# managers = サーバーを管理できる人。引用符は「 」。

### Any command

error-unforeseen = 問題が発生しました。もう一度お試しください。何度も起きる場合は、このボットの運営者に知らせてください。
error-value = 「{ $value }」はここでは使えません。値を確かめて、もう一度お試しください。
error-forbidden = ここでその操作をする権限がありません。
error-old-command = Discord にこのコマンドの古い形が表示されています。1 分後にもう一度お試しください。
error-too-fast = コマンドの送信が速すぎます。{ $seconds } 秒後にもう一度お試しください。
error-servers-only = Busker はサーバーのボイスチャンネルで演奏します。サーバーでこのコマンドを使ってください。
error-shutting-down = Busker は再起動中です。1 分後にもう一度お試しください。
error-for-operators = { $sentence }

### /steer

steer-answer = { $seconds ->
    [0] 「{ $prompt }」に変わります。
   *[other] 約 { $seconds } 秒後に「{ $prompt }」に変わります。
}
steer-title = 曲調を変える
steer-words = これからどんな音にするか
steer-too-late = この曲は作曲が終わっているため、もう変更できません。次の曲では早めに変更してください。
steer-enough = この音楽の変更は上限の { $most } 回に達しました。新しい曲をリクエストするか、ラジオを終了して始め直してください。
steer-kept = このトラックはファイルから再生しているため、変更できません。リミックスを使ってください。

### The page of `python -m bot try`: a channel in the browser

try-apps = アプリ
try-attach = ファイルを添付
try-cancel = キャンセル
try-choose = 選択
try-commands = コマンド
try-deafen = スピーカーミュート
try-deafened = スピーカーミュート中
try-faults = トラブルを起こす
try-hear = 音を出す
try-join = 参加
try-leave = 退出
try-level = 音量レベル
try-measured = パケット { $packets }、損失 { $lost }、無音 { $silent }、間隔 p99 { $p99 } ミリ秒、遅れ { $behind } ミリ秒、音切れ { $underruns }、エンドツーエンド暗号化：{ $encrypted }
try-members = メンバー
try-more-people = このページを別のタブで開くと、別の人として参加できます。
try-muted = ミュート中
try-no = いいえ
try-number = 数値
try-only-you = これはあなただけに表示されています
try-optional = （任意）
try-roles = あなたのロール
try-say = メッセージを入力、/ でコマンド
try-send = 送信
try-servers = サーバー
try-sound = サウンド
try-spectrogram = 聞こえている音のスペクトログラム
try-starting = Busker を起動しています…
try-taken = 別のタブで参加中です。
try-thinking = Busker が考え中…
try-too-large = このファイルは大きすぎます。
try-volume = 音量
try-yes = はい

### /compose

compose-answer = { $before ->
    [0] 「{ $prompt }」を { $seconds } 秒、シード { $seed } で作曲します。
   *[other] 「{ $prompt }」を { $seconds } 秒、シード { $seed } で作曲します。先に { $before } 曲が流れます。
}
compose-stage = ステージでは、Busker は発言をリクエストする必要があります。モデレーターが許可すると音楽が始まります。
compose-radio = そのあいだラジオは休み、キューが空になると戻ります。

### What the model hears of a prompt

heard-as = モデルには「{ $prompt }」と伝わります。
heard-unknown = モデルは{ $words }を知りません。
heard-cut = プロンプトが長すぎて、モデルは途中までしか読めません。
heard-nothing = モデルの知っている言葉がないため、音はシードだけで決まります。英語で説明してみてください。

### /radio

radio-answer = { $before ->
    [0] ラジオで「{ $prompt }」をシード { $seed } で流します。/{ command-skip } か /{ command-stop } で終わらせるまで続きます。
   *[other] 先に { $before } 曲が流れたあと、ラジオで「{ $prompt }」をシード { $seed } で流します。/{ command-skip } か /{ command-stop } で終わらせるまで続きます。
}
radio-already = すでにラジオが流れています。/{ command-steer } で曲調を変えるか、/{ command-skip } で終了できます。
radio-asleep = 聴いている人がいないため、ラジオは誰かが来るまで休んでいます
radio-enough-today = ラジオが終わりました。始めた人が 1 日の上限に達したためです。ほかの人は新しく始められます。
radio-too-slow = このマシンでは作曲が遅く、ラジオを流せません。代わりに /{ command-compose } を使ってください。
# { $clock } は分と秒: 2:58
keep-answer = ラジオの直近 { $clock } をトラックとして投稿します。
keep-too-soon = 保存できる新しい音楽がまだ足りません。{ $seconds } 秒後にもう一度お試しください。

### What may be asked for

piece-prompt = プロンプトの読める文字は { $characters } 文字です。{ $shortest }〜{ $longest } 文字にしてください。
piece-seconds = { $field ->
    [interval] 間隔 { $seconds } 秒は範囲外です。{ $lowest }〜{ $highest } 秒にしてください。
   *[length] 長さ { $seconds } 秒は範囲外です。{ $lowest }〜{ $highest } 秒にしてください。
}
piece-seed = シード { $seed } は範囲外です。0 から { $largest } までの整数にしてください。
piece-tags = このファイルの作成情報は使えません。

### Where Busker may play and post

permissions-no-voice = ボイスチャンネルに参加していません。参加してからもう一度お試しください。
permissions-full = { $channel } は満員です（{ $limit } 人）。Busker のために空きを作ってから、もう一度お試しください。
permissions-elsewhere = Busker は { $channel } で演奏しています。そちらに参加してからもう一度お試しください。
permissions-private = Busker は、あなたには表示されないチャンネルで演奏しています。しばらくしてからもう一度お試しください。
permissions-no-posting = Busker はここにトラックを投稿できません。サーバーのテキストチャンネルでお試しください。
permissions-missing = Busker には { $channel } での「{ $missing }」の権限が必要です。モデレーターが付与できます。
permissions-name = { $name ->
    [attach_files] ファイルを添付
    [connect] 接続
    [embed_links] 埋め込みリンク
    [request_to_speak] スピーカー参加をリクエスト
    [send_messages] メッセージを送信
    [send_messages_in_threads] スレッドでメッセージを送信
    [speak] 発言
   *[view_channel] チャンネルを見る
}

### Who may do what

rights-voted = { $act ->
    [pause] { $name } さんが一時停止を希望しています（{ $votes }/{ $needed } 票）。/{ command-pause } で投票できます。
    [resume] { $name } さんが再開を希望しています（{ $votes }/{ $needed } 票）。/{ command-resume } で投票できます。
    [stop] { $name } さんが停止を希望しています（{ $votes }/{ $needed } 票）。/{ command-stop } で投票できます。
    [volume] { $name } さんが音量の変更を希望しています（{ $votes }/{ $needed } 票）。/{ command-volume } で投票できます。
    [move] { $name } さんがキュー内の移動を希望しています（{ $votes }/{ $needed } 票）。/{ command-queue } { command-queue-move } で投票できます。
    [remove] { $name } さんがキューからの削除を希望しています（{ $votes }/{ $needed } 票）。/{ command-queue } { command-queue-remove } で投票できます。
    [steer] { $name } さんが曲調の変更を希望しています（{ $votes }/{ $needed } 票）。/{ command-steer } に同じ言葉を入れて投票できます。
   *[skip] { $name } さんがスキップを希望しています（{ $votes }/{ $needed } 票）。/{ command-skip } で投票できます。
}
rights-role-needed = { $act ->
    [pause] ここで一時停止できるのは、{ $role } のメンバーと曲をリクエストした人だけです。
    [resume] ここで再開できるのは、{ $role } のメンバーと曲をリクエストした人だけです。
    [stop] ここで停止できるのは、{ $role } のメンバーと曲をリクエストした人だけです。
    [volume] ここで音量を変えられるのは、{ $role } のメンバーと曲をリクエストした人だけです。
    [move] ここでキュー内の曲を移動できるのは、{ $role } のメンバーと曲をリクエストした人だけです。
    [remove] ここでキューから曲を削除できるのは、{ $role } のメンバーと曲をリクエストした人だけです。
    [steer] ここで曲調を変えられるのは、{ $role } のメンバーと曲をリクエストした人だけです。
   *[skip] ここでスキップできるのは、{ $role } のメンバーと曲をリクエストした人だけです。
}
rights-role-unset = { $act ->
    [pause] ここで一時停止できるのは曲をリクエストした人だけです。サーバーの管理者は /{ command-settings } で DJ ロールを設定できます。
    [resume] ここで再開できるのは曲をリクエストした人だけです。サーバーの管理者は /{ command-settings } で DJ ロールを設定できます。
    [stop] ここで停止できるのは曲をリクエストした人だけです。サーバーの管理者は /{ command-settings } で DJ ロールを設定できます。
    [volume] ここで音量を変えられるのは曲をリクエストした人だけです。サーバーの管理者は /{ command-settings } で DJ ロールを設定できます。
    [move] ここでキュー内の曲を移動できるのは曲をリクエストした人だけです。サーバーの管理者は /{ command-settings } で DJ ロールを設定できます。
    [remove] ここでキューから曲を削除できるのは曲をリクエストした人だけです。サーバーの管理者は /{ command-settings } で DJ ロールを設定できます。
    [steer] ここで曲調を変えられるのは曲をリクエストした人だけです。サーバーの管理者は /{ command-settings } で DJ ロールを設定できます。
   *[skip] ここでスキップできるのは曲をリクエストした人だけです。サーバーの管理者は /{ command-settings } で DJ ロールを設定できます。
}
rights-enough-waiting = 待機中または再生中の曲が { $most } 曲あり、ここでの上限に達しています。1 曲終わってからもう一度お試しください。
rights-enough-today = 1 日の上限に達しました。{ $cap } 秒のうち { $used } 秒を使用済みで、この曲には { $seconds } 秒必要です。リセットは { $again } です。

moderation-blocked = このサーバーでは音楽をリクエストできません。詳しくはモデレーターにお尋ねください。
moderation-words = ここでは使えない言葉が含まれています。別の言葉にしてください。

### What plays

playback-nothing = 何も再生していません。/{ command-compose } で始められます。
playback-not-yet = まだ何も再生していません。
playback-not-paused = 音楽は一時停止していません。
playback-stopped = { $forgotten ->
    [0] 停止しました。
   *[other] 停止し、待機中の { $forgotten } 曲を削除しました。
}
playback-skipped = 「{ $prompt }」をスキップしました。
playback-paused = 一時停止しました。/{ command-resume } で再開できます。
playback-resumed = 再開しました。
playback-volume = 音量を { $percent }% にしました。
queue-full = キューがいっぱいです（{ $waiting } 曲待機中）。1 曲終わってからもう一度お試しください。

### Why the music is silent, or ended

voice-waits = { $hold ->
    [alone] 聴いている人がいないため、音楽は待機中です
    [connecting] 接続中のため、音楽は待機中です
    [muted] Busker がミュートされているため、音楽は待機中です
    [speechless] Busker はここで発言できないため、音楽は待機中です
   *[suppressed] Busker はステージで発言をリクエストしました。音楽は待機中です
}
voice-put-out = Busker はボイスチャンネルから切断されました。
voice-call-ended = Discord が通話を終了しました。
voice-rate-limited = Discord の制限により、Busker はしばらくボイスに参加できません。
voice-unencrypted = Busker がエンドツーエンドで暗号化していないと Discord から通知されました。
voice-gone = ボイスチャンネルが削除されました。
voice-out-of-server = Busker はもうこのサーバーにいません。
voice-not-connected = Busker はもうボイスチャンネルに接続していません。
voice-failed = ボイス接続で問題が起きました。
voice-lost-often = ボイス接続が何度も切れました。
voice-not-let-in = Discord が Busker を { $channel } に入れませんでした。もう一度お試しください。
trouble-deserted = 全員がボイスチャンネルを退出しました。
trouble-playing = 再生中に問題が起きました。
trouble-composing = 作曲中に問題が起きました。もう一度お試しください。
trouble-writing = トラックの書き出し中に問題が起きました。もう一度お試しください。
trouble-unsaved = このトラックは保存できなかったため、投稿されたメッセージにしかありません。ディスクの空き容量が足りないかもしれないと、ボットの管理者に伝えてください。
trouble-lost = このトラックは保存も投稿もできませんでした。もう一度リクエストしてください。
trouble-kept = Discord がトラックを受け付けず、保存もできませんでした。{ $seconds } 秒後に再試行します。
trouble-too-large = トラックが大きすぎて投稿できません。{ $file } として保存してあります。
trouble-posted-anyway = { $trouble }トラックは投稿されます。
trouble-not-taken = Discord がトラックを受け付けませんでした。{ $file } として保存してあります。
trouble-tried-again = Discord がトラックを受け付けませんでした。{ $file } として保存してあり、{ $seconds } 秒後に再試行します。

### The engine

engine-closed = この曲ができる前にエンジンが終了しました。
engine-not-running = エンジンが動いていません。1 分後にもう一度お試しください。
engine-composed-already = この曲は作曲が終わっています。次の曲で変更してください。
engine-died = この曲の作曲中にエンジンが { $deaths } 回クラッシュしました。別の曲をお試しください。
engine-too-little-memory = この曲にはメモリが足りません。もっと単純な曲をお試しください。
engine-does-not-fit = { $seconds } 秒の曲はこのエンジンに収まりません。別の長さをお試しください。
engine-not-finite = モデルが有限でない数値を出力しました。別のシードをお試しください。どのシードでも起きる場合は、チェックポイントが壊れているか精度が足りません。
engine-channels = モデルの音は { $channels } チャンネルです。Busker が再生できるのは 1 または 2 チャンネルです。
engine-no-sound = モデルが音声ではないものを出力しました。別のシードをお試しください。

### Tracks and recordings

track-prompt = 「{ $prompt }」
track-picture = 「{ $prompt }」の波形とスペクトログラム、{ $seconds } 秒、シード { $seed }。{ $contour }
track-silent = 無音です。
track-even = 最初から最後までほぼ同じ音量です。
track-contour = 始まりは{ $first }、{ $place }が最も大きく、終わりは{ $last }です。
track-loudness = { $level ->
    [loud] 大きめ
    [softer] やや小さめ
    [quiet] 小さめ
   *[silent] 無音
}
track-loudest = { $place ->
    [beginning] 冒頭
    [second] 少し後
    [middle] 中ほど
    [fourth] 終わり近く
   *[end] 最後
}
track-line = 「{ $prompt }」 · { $seconds } 秒 · シード { $seed }
track-radio-line = 「{ $prompt }」 · ラジオの { $begin } から { $seconds } 秒 · シード { $seed }
track-not-saved = 完成したトラックを保存できませんでした: { $why }。
track-not-ours = { $file } は Busker のトラックではありません。
track-gone = { $file } はなくなったか、もうトラックではありません。
recording-too-short = { $file } は { $shortest } 秒より短いです。もっと長いものを選んでください。
recording-gone = この曲のリクエストに使われた音声は、なくなったか、古いバージョンの Busker が保存したものです。ファイルを添えてもう一度リクエストしてください。
recording-too-long = { $file } は { $longest } 分より長いです。もっと短いものを選んでください。
recording-unreadable = { $file } は音声として読めません。FLAC、MP3、Ogg、WAV、M4A、WebM が使えます。
recording-silent = { $file } には音声がありません。別のファイルを選んでください。
recording-damaged = { $file } は壊れていて、聞き取れる部分が少なすぎます。別のコピーか別の形式をお試しください。
recording-too-much = { $file } の読み込みには手間がかかりすぎます。48 kHz 以下のステレオで保存し直してください。

### /settings

settings-managers-only = Busker の設定を変えられるのは、このサーバーを管理できる人だけです。
settings-too-long = この Busker が作曲できる最長は { $longest } 秒です。それ以下の長さを選んでください。
settings-no-role = DJ が音楽を操作するには、オプション { command-settings.dj_role-name } でそのロールも指定してください。
settings-everybody = ロール { $role } は全員が持っています。別のロールか、{ command-settings.rights-name }: { $free } を選んでください。
settings-not-written = この Busker は { $format } を書き出しません。書き出せるのは { $formats } です。
settings-whole-server = { $role } は全員が持つロールです。別のロールを選んでください。
settings-no-limit = ロールの上限を設定するには、{ command-settings.waiting-name } か { command-settings.minutes-name } も指定してください。
settings-no-word = 「{ $word }」はブロックできません。文字、数字、記号のいずれかを含む { $longest } 文字以内の言葉にしてください。
settings-list-full = このリストに登録できるのは { $most } 件までです。先にいくつか削除してください。
settings-title = 設定
settings-shown = /{ command-settings } の各オプションで設定を変更できます。オプション { command-settings.reset-name } で既定値に戻せます。
settings-changed = 保存しました。今から有効です。
settings-label = { $option ->
    [announce] ボイスチャンネルのステータス
    [block] ブロックしたメンバーとロール
    [block_words] ブロックした言葉
    [translate] プロンプトの言語
    [dj_role] DJ ロール
    [format] 形式
    [interval] 間隔
    [length] 長さ
    [minutes] 1 日あたりの音楽
    [rights] 音楽を操作できる人
    [role] ロールごとの上限
    [tracks_in] トラックの投稿先
    [volume] 音量
   *[waiting] キューの曲数
}
settings-default = { $value }(既定)
settings-seconds = { $seconds } 秒
settings-automatic = 自動
settings-volume = { NUMBER($share, style: "percent") }
settings-rights = { $rights ->
    [dj] DJ ロールのメンバー
    [vote] 聴いている人の投票
   *[free] 聴いている人全員
}
settings-no-dj-role = なし
settings-dj-role = { $role }
settings-posted-in = { $channel }
settings-posted-where-asked = リクエストされた場所
settings-format = { $format }
settings-formats = { $first }、次に { $then }
settings-waiting = { $pieces ->
    [0] 無制限
   *[other] 1 人 { $pieces } 曲
}
settings-minutes = { $minutes ->
    [0] 無制限
   *[other] 1 人 { $minutes } 分
}
settings-announced = 再生中の曲を表示
settings-not-announced = 変更しない
settings-translated = 他の言語は英語に訳す
settings-not-translated = 入力のまま
settings-nothing = なし
settings-role-quota = { $role }: { $limits }
settings-lines =
    { $first }
    { $then }
settings-blocked-words = { $listed }({ $count })
settings-blocked = { $listed }
settings-automod = AutoMod
settings-automod-read = { $rules ->
    [0] ブロックするキーワードのルールなし
   *[other] キーワードのルール { $rules } 件を適用
}
settings-automod-patterns = キーワードのルール { $rules } 件を適用。ただし正規表現 { $patterns } 件は Busker が読めないため対象外
settings-automod-unread = 適用外: ルールを読むには Busker に「サーバー管理」権限が必要です

### /library

library-title = ライブラリ
library-nothing-made = 表示できるトラックはまだありません。/{ command-compose } で作れます。
library-nothing-found = 一致するトラックがありません。言葉を減らしてみてください。
library-no-more = これより古いトラックはありません。
library-line = { $number }. 「{ $prompt }」 · { $seconds } 秒 · { $member } · { $when }
library-choice = { $prompt } · { $seconds } 秒 · シード { $seed }
library-placeholder = トラックを選ぶ
library-facts = { $seconds } 秒 · シード { $seed } · { $checkpoint }
library-made-for = { $member } さんのために作曲({ $when })
library-act = { $act ->
    [fetch] ダウンロード
    [forget] 削除
   *[play] もう一度再生
}
library-open = メッセージを開く
library-older = 古いもの
library-gone = このトラックはもうライブラリにありません。
library-playing = { $before ->
    [0] 「{ $prompt }」をもう一度再生します。
   *[other] 「{ $prompt }」をもう一度再生します。先に { $before } 曲が流れます。
}
library-making = { $before ->
    [0] 「{ $prompt }」のファイルがないため、作曲し直します。同じ音になります。
   *[other] 「{ $prompt }」のファイルがないため、先の { $before } 曲のあとに作曲し直します。同じ音になります。
}
library-making-other = { $before ->
    [0] 「{ $prompt }」のファイルがないため、作曲し直します。元は { $then } で作られ、今は { $now } を使うため、違う音になります。
   *[other] 「{ $prompt }」のファイルがないため、先の { $before } 曲のあとに作曲し直します。元は { $then } で作られ、今は { $now } を使うため、違う音になります。
}
library-lost = ファイルがなく、元になった音声ファイルも Busker は保存していないため、作り直せません。
library-radio-lost = ファイルがなく、ラジオの一部は作り直せません。
library-posted-there = こちらからダウンロードできます: { $link }
library-nowhere = ファイルがなく、投稿もされていません。「もう一度再生」で作曲し直せます。
library-not-yours = トラックを削除できるのは、リクエストした人とサーバーの管理者だけです。
# メッセージは、Busker がトラックを投稿したもの。
library-forgotten = { $message ->
    [deleted] ファイルと、投稿したメッセージごと削除しました。
    [kept] ファイルごと削除しました。投稿したメッセージは削除できませんでした: { $link }
    [soon] ファイルごと削除しました。投稿したメッセージもまもなく削除されます。
   *[none] ファイルごと削除しました。
}

### /privacy

privacy-tracks = { $count } 件のトラック
privacy-remembered = Busker は、全サーバーであなたがリクエストした{ $tracks }を、プロンプト、シード、ファイルとともに保存しています。{ privacy-for-now }{ privacy-what-goes }
privacy-nothing = Busker はあなたのトラックを保存していません。{ privacy-for-now }
privacy-for-now = ほかに、まだ終わっていないリクエスト、あなたの曲を表示しているカード、サーバーの管理者があなたをブロックしたかどうか、そして 1 日の上限がある場合は今日リクエストした音楽の量を保持しています。それ以外は保存していません。
privacy-what-goes = ボタンを押すと、ファイルと、Busker がまだアクセスできる投稿メッセージも削除します。再生中や待機中の曲は続き、終わったあとで削除できます。
privacy-delete = これらのトラックを削除
privacy-deleted = { $tracks }とそのファイルを削除しました。
privacy-erasing = Busker が投稿したメッセージ { $messages } 件も削除しています（最大 { $minutes } 分）。
privacy-erased = { $messages ->
    [0] Busker が投稿したメッセージは削除できませんでした。
   *[other] Busker が投稿したメッセージ { $messages } 件も削除しました。
}
# { $links } は、そうしたメッセージのアドレス（最大 10 件）。
privacy-kept = メッセージ { $messages } 件は削除できませんでした。メッセージを管理できる人が削除できます: { $links }

### /about and /help

about-busker = Busker は、あなたが聴いている間に音楽を作曲します。
about-model = モデル
about-made-on = { $checkpoint }({ $revision })、{ $device } 上
about-licence = モデルのライセンス
about-speed = 速度
about-times = 実時間の { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) } 倍、同時に { $listeners } 曲
about-version = バージョン
about-no-version = パッケージとしてインストールされていません
about-permissions = 必要な権限は { $needed } だけです。
about-invite = Busker を招待
help-title = はじめかた
help-text =
    ボイスチャンネルに参加し、{ $compose } にスタイル、楽器、雰囲気、テンポを日本語か英語で入力してください。作曲しながら音楽が流れ、完成したトラックが投稿されます。

    { $compose } `{ command-compose.prompt-name }: { $first }`
    { $compose } `{ command-compose.prompt-name }: { $second }` `{ command-compose.length-name }: 10` `{ command-compose.seed-name }: 7` は、いつも同じ音楽になります
    { $compose } の `{ command-compose.melody-name }:` や `{ command-compose.continued-name }:` には音声ファイルを渡せます。ボイスメッセージを右クリックして「アプリ」からも使えます
    { $steer } は再生中の曲調を変更
    { $radio } は誰かが聴いているあいだ音楽を流し続け、直近の数分を保存できます
    { $queue } は次の曲を表示 · { $skip } { $pause } { $resume } { $stop } { $volume } は再生を操作
    { $library } はトラックを探してもう一度再生 · { $settings } はサーバーの管理者用
    { $privacy } は Busker が保存している情報を表示・削除 · { $about } はモデルを表示

    次の例を試すこともできます:

### /queue

queue-not-waiting = その曲はもうキューにありません。一覧から選ぶか、順番を入力してください。
queue-title = キュー
queue-nothing-waits = 待っている曲はありません。
queue-radio = ラジオ
queue-removed = 「{ $prompt }」をキューから削除しました。
queue-moved = 「{ $prompt }」はキューの { $place } 番目になりました。

### The presence, in English for everybody

presence-idle = /{ command-compose } で音楽を作れます
presence-playing = { $channels } つのボイスチャンネルで演奏中

### Recordings that members bring

melody-unfollowed = 「{ $checkpoint }」はメロディーに沿って作曲できません。facebook/musicgen-melody のようなメロディー対応モデルならできます。録音の続きを作ることはどのモデルでもできます。
recording-broken = { $name } は音声として読めません。別の形式をお試しください。
recording-large = { $name } は { $size } MiB です。上限は { $most } MiB です。
recording-line-full = このサーバーのファイルがたくさん順番を待っています。1 分後にもう一度お試しください。
recording-none = このメッセージには音声がありません。ボイスメッセージか音声ファイルのあるメッセージを選んでください。
recording-one-at-a-time = Busker はまだあなたの別のファイルを読み込んでいます。その返事が来てから、もう一度お試しください。
recording-soundless = { $name } は音声ではありません。ボイスメッセージか音声ファイルを使ってください。
recording-title-continue = { command-continue-this }
recording-title-melody = { command-compose-on-this-melody }
recording-unfetched = Discord から { $name } を受け取れませんでした。投稿し直して、もう一度お試しください。
recording-unkept = { $name } を保存できませんでした。もう一度お試しください。何度も起きる場合は、このボットの運営者に知らせてください。
recording-words = どんな音にするか

### The card

card-stopped = 停止しました
card-played = 再生終了
card-ended-early = 途中で終了
card-paused = 一時停止中
card-holding = { $why }
card-waiting = 順番待ち
card-playing = 再生中
card-composing = 作曲中
card-composing-for = 作曲中 · 音が出るまで約 { $seconds } 秒
card-facts = { $seconds } 秒 · シード { $seed } · { $name } さんへ
card-line = 「{ $prompt }」 · { $seconds } 秒 · シード { $seed }
card-radio-line = 「{ $prompt }」 · ラジオ · シード { $seed }
card-private = 非公開のチャンネルでリクエストされた曲
card-radio-facts = ラジオ · シード { $seed } · { $name } さんへ
card-radio-heard = { $clock } 再生
card-bar = { $what ->
    [made] { $bar } { $total } 秒中 { $seconds } 秒を作曲
   *[played] { $bar } { $total } 秒中 { $seconds } 秒を再生
}
card-trouble = **問題:** { $trouble }
card-trouble-of = 「{ $prompt }」の**問題:** { $trouble }
card-follows = **次の曲**
card-place = { $place }. { $piece }
card-more = … ほか { $more } 曲
card-button = { $act ->
    [pause] 一時停止
    [resume] 再開
    [skip] スキップ
    [stop] 停止
    [steer] 曲調変更
    [keep] 保存
    [again] もう一度
    [remix] リミックス
   *[extend] 延長
}

### After a restart

restart-forgot = Busker が再起動し、リクエストされた { $pieces } 曲が取り消されました。

### Again, Remix, Extend

button-over = この曲はもう再生していません。最新のカードのボタンを使ってください。
button-gone = この曲は終わり、トラックもライブラリにありません。/{ command-compose } で新しく作れます。
remake-not-mine = これは Busker のトラックではありません。Busker がトラックを投稿したメッセージを選んでください。
remake-slow = Discord からトラックを受け取るのに時間がかかりすぎています。もう一度お試しください。
remake-again = { $before ->
    [0] 「{ $prompt }」をもう一度再生します。
   *[other] 「{ $prompt }」をもう一度再生します。先に { $before } 曲が流れます。
}
remix-title = リミックス
remix-words = どんな音にするか
remix-seed = シード（整数）。空欄ならランダム
remix-no-seed = 「{ $typed }」はシードではありません。0 から { $largest } までの整数にしてください。
extend-title = 延長
extend-seconds = 追加する秒数、{ $least }〜{ $most }
extend-no-number = 「{ $typed }」は秒数ではありません。たとえば 20 と入力してください。
extend-unfinished = この曲はまだ作曲中です。トラックが投稿されたら延長できます。
extend-gone = このトラックのファイルはもうここにありません。トラックのメッセージにある「延長」を使ってください。
extend-long = このトラックは長すぎて延長できません。上限は { $most } 秒です。
extend-answer = { $before ->
    [0] 「{ $prompt }」を { $seconds } 秒延長し、シード { $seed } で合計 { $total } 秒にします。
   *[other] 「{ $prompt }」を { $seconds } 秒延長し、シード { $seed } で合計 { $total } 秒にします。先に { $before } 曲が流れます。
}

### Commands in the menu of a message (right click, Apps): up to 32 characters

command-again = もう一度
command-compose-on-this-melody = このメロディーで作曲
command-continue-this = この続きを作る
command-extend = 延長
command-remix = リミックス

### Commands as Discord's menus show them: names, options, choices and what they are for

command-choice = { $choice ->
    [announce] { command-settings.announce-name }
    [block] { command-settings.block-name }
    [block_words] { command-settings.block_words-name }
    [translate] { command-settings.translate-name }
    [dj] dj
    [dj_role] { command-settings.dj_role-name }
    [everything] すべて
    [format] { command-settings.format-name }
    [free] 自由
    [interval] { command-settings.interval-name }
    [length] { command-settings.length-name }
    [minutes] { command-settings.minutes-name }
    [rights] { command-settings.rights-name }
    [role] { command-settings.role-name }
    [tracks_in] { command-settings.tracks_in-name }
    [volume] { command-settings.volume-name }
    [vote] 投票
    [waiting] { command-settings.waiting-name }
   *[other] { $choice }
}
command-compose = 作曲
    .description = 説明文から音楽を作曲し、作りながら再生します
    .prompt-name = プロンプト
    .prompt = どんな音にするか(日本語か英語で): スタイル、楽器、雰囲気、テンポ
    .length-name = 長さ
    .length = 音楽の秒数、10 以上。省略時はサーバーの既定値
    .interval-name = 間隔
    .interval = 音楽を区切る間隔の秒数、0.5〜2.5。省略時は自動
    .seed-name = シード
    .seed = 同じプロンプトと同じシードなら同じ音楽になります。省略時はランダム
    .melody-name = メロディー
    .melody = メロディーの元になる音声ファイル。対応モデルのみ
    .continued-name = 続き
    .continued = 続きを作る音声ファイル。音楽はその終わりから始まります
command-radio = ラジオ
    .description = 誰かが聴いているあいだ、音楽を流し続けます
    .prompt-name = { command-compose.prompt-name }
    .prompt = { command-compose.prompt }
    .seed-name = { command-compose.seed-name }
    .seed = { command-compose.seed }
command-stop = 停止
    .description = 音楽を停止し、キューを空にします
command-skip = スキップ
    .description = 次の曲に進みます
command-steer = 曲調変更
    .description = 再生中の曲調を変えます
    .words-name = 言葉
    .words = これからどんな音にするか
    .blend-name = 移行
    .blend = 新しい言葉に移る秒数、0〜10。省略時は 2
command-pause = 一時停止
    .description = 音楽を一時停止します。作曲は続きます
command-resume = 再開
    .description = 一時停止した音楽を再開します
command-queue = キュー
    .description = キューの表示と変更
command-queue-show = 表示
    .description = 再生中の曲と次の曲を表示します
command-queue-move = 移動
    .description = 待機中の曲を移動します
    .piece-name = 曲
    .piece = 待っている曲、またはその順番
    .place-name = 順番
    .place = 新しい順番。1 が次に再生
command-queue-remove = 削除
    .description = 待機中の曲を削除します
    .piece-name = 曲
    .piece = 待っている曲、またはその順番
command-nowplaying = 再生中
    .description = 再生中の曲と、作曲と再生の進み具合を表示します
command-volume = 音量
    .description = チャンネルでの音量を変えます。投稿されるトラックの音量は変わりません
    .percent-name = パーセント
    .percent = 0〜100（最大）
command-settings = 設定
    .description = このサーバーの設定: 長さ、音量、権限、上限など
    .length-name = 長さ
    .length = 既定の長さ（秒）、10 以上
    .interval-name = 間隔
    .interval = 音楽を区切る間隔の秒数、0.5〜2.5
    .volume-name = 音量
    .volume = 開始時の音量（%）、0〜100
    .rights-name = 権限
    .rights = リクエストした人と管理者のほかに、スキップや停止などができる人
    .dj_role-name = djロール
    .dj_role = 権限が dj のときに音楽を操作するロール
    .tracks_in-name = 投稿先
    .tracks_in = 完成したトラックを投稿するテキストチャンネル
    .format-name = 形式
    .format = トラックのファイル形式（サイズが収まる場合）
    .waiting-name = 待機数
    .waiting = 1 人が待機・再生できる曲数。0 は無制限
    .minutes-name = 分数
    .minutes = 1 人が 1 日にリクエストできる音楽の分数。0 は無制限
    .role-name = ロール
    .role = 曲数と分の上限を適用するロール。省略すると全員
    .block_words-name = 言葉をブロック
    .block_words = ブロックする言葉。カンマ区切り。bad* *bad *bad* で長い言葉もブロック
    .allow_words-name = 言葉を許可
    .allow_words = ブロックを解除する言葉。カンマ区切り
    .block-name = ブロック
    .block = 音楽をリクエストできなくするメンバーまたはロール
    .allow-name = 許可
    .allow = リクエストを再び許可するメンバーまたはロール
    .announce-name = 告知
    .announce = ボイスチャンネルのステータスに再生中の曲を表示します
    .translate-name = 翻訳
    .translate = 他の言語のプロンプトを英語に訳します
    .reset-name = リセット
    .reset = 設定を 1 つ、またはすべて既定値に戻します
command-library = ライブラリ
    .description = ここで作られたトラックを探す: 再生、ダウンロード、削除
    .search-name = 検索
    .search = プロンプトの言葉。空欄なら新しい順
    .by-name = 依頼者
    .by = この人がリクエストしたトラックだけ
command-privacy = プライバシー
    .description = Busker が保存しているあなたの情報を表示・削除します
command-about = 情報
    .description = Busker について: モデル、速度、招待
command-help = ヘルプ
    .description = はじめかた。クリックできる例つき
