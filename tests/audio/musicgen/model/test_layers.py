"""The layers' own arithmetic beside the library's."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from audio.musicgen.model.layers import gelu


@pytest.mark.parametrize("onednn", [True, False])
def test_gelu_equals_torchs_and_restores_its_settings(onednn: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mkldnn, "enabled", onednn)
    x = torch.linspace(-6, 6, 1000)
    torch.testing.assert_close(gelu(x), functional.gelu(x), atol=1e-6, rtol=0)
    assert bool(torch.backends.mkldnn.enabled) is onednn
