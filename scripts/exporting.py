"""What export_decoder.py and export_encoder.py share: a new folder, an ONNX file without traces of the machine that wrote it, a comparison with PyTorch."""

from pathlib import Path

import torch

# More is an error of the export: a wrong mask or position moves values by far more than rounding does.
TOLERANCE = 1e-3


def fresh(folder):
    """The folder, made; one that holds anything is refused, so that nothing of another model stays in it."""
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SystemExit(f"'{folder}' is not an empty folder. Give one that is new, so that nothing of another model stays in it.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write(module, example, into, out, shapes, file):
    """Exports a module; the weights go to a file beside it, and the paths and source lines that PyTorch notes at each node are dropped."""
    with torch.no_grad():
        program = torch.onnx.export(
            module.eval(), example, input_names=into, output_names=out, dynamic_shapes=shapes, dynamo=True, optimize=True, verbose=False
        )
    graph = program.model.graph
    for node in graph.all_nodes():
        node.metadata_props.clear()
        for value in node.outputs:
            value.metadata_props.clear()
    for value in [*graph.inputs, *graph.initializers.values()]:
        value.metadata_props.clear()
    graph.metadata_props.clear()
    program.model.metadata_props.clear()
    program.save(str(file), external_data=True)


def compare(file, cases):
    """
    Largest difference between the file and PyTorch, as a share of the largest value; a case is inputs and expected outputs by name. None without onnxruntime.
    """
    try:
        import onnxruntime
    except ImportError:
        return None

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    found, worst = {i.name for i in session.get_inputs()}, 0.0
    for given, expected in cases:
        if found != set(given):
            raise SystemExit(f"The ONNX file {file} has the inputs {sorted(found)}, not {sorted(given)}; the export lost or invented some.")
        got = session.run(list(expected), {name: tensor.numpy() for name, tensor in given.items()})
        for (name, here), there in zip(expected.items(), got):
            if tuple(here.shape) != there.shape:
                lengths = {n: tuple(t.shape) for n, t in given.items()}
                raise SystemExit(f"The output {name} of {file} has shape {there.shape} and PyTorch {tuple(here.shape)}, of inputs {lengths}.")
            scale = max(1.0, here.abs().max().item())
            worst = max(worst, (here - torch.from_numpy(there)).abs().max().item() / scale)
    if not worst <= TOLERANCE:  # also of NaN
        raise SystemExit(f"The ONNX file {file} differs from PyTorch by {worst:.2g} of the largest value, more than {TOLERANCE:.0e}. Do not use it.")
    return worst


def finish(folder, compared):
    if not (folder / "tokenizer.json").is_file():
        raise SystemExit(f"The export left no tokenizer.json in '{folder}'; the model cannot be read without one. It needs a 'fast' tokenizer.")
    print(f"{folder} is ready; " + ("it was not compared with PyTorch." if compared is None else f"it differs from PyTorch by {compared:.1e} of the largest value."))
