using System.Runtime.InteropServices;

namespace SeGen.Benchmarks.Peers;

/// <summary>ONNX Runtime through its C API: the table of functions that every version of the library hands out.</summary>
internal sealed unsafe class OnnxRuntimePeer(string folder, string library) : IPeer
{
    // Positions in OrtApi (onnxruntime_c_api.h), which never change.
    private const int GetErrorMessage = 2, CreateEnv = 3, CreateSession = 7, RunSession = 9, CreateSessionOptions = 10, SetExecutionMode = 13;
    private const int SetOptimization = 23, SetThreads = 24, CreateTensor = 49, CreateMemoryInfo = 69;
    private const int ApiVersion = 10, Float = 1, AllOptimizations = 99, LogErrors = 3;

    private void** _api;
    private void* _environment, _session, _inputValue, _outputValue;
    private float* _output;
    private byte** _inputNames, _outputNames;

    public double Load(Case what, int threads)
    {
        Open(what, threads);
        for (int i = 0; i < 3; i++)
            Run();

        return CaseFiles.Error(_output, CaseFiles.Read(folder, what, "output", what.OutputLength), what.OutputLength);
    }

    /// <summary>Loads the library where it is not yet, and opens the model.</summary>
    public void Open(Case what, int threads)
    {
        Start();
        void* options, memory, session, input, output;
        Check(((delegate* unmanaged<void**, void*>)_api[CreateSessionOptions])(&options));
        Check(((delegate* unmanaged<void*, int, void*>)_api[SetExecutionMode])(options, 0));
        Check(((delegate* unmanaged<void*, int, void*>)_api[SetOptimization])(options, AllOptimizations));
        Check(((delegate* unmanaged<void*, int, void*>)_api[SetThreads])(options, threads));
        byte* path = Text(Path.Combine(folder, what.Name + ".onnx"));
        Check(((delegate* unmanaged<void*, byte*, void*, void**, void*>)_api[CreateSession])(_environment, path, options, &session));
        Check(((delegate* unmanaged<int, int, void**, void*>)_api[CreateMemoryInfo])(0, 0, &memory));

        float* x = CaseFiles.Read(folder, what, "input", what.Length), y = CaseFiles.Allocate(what.OutputLength);
        long* shape = (long*)NativeMemory.Alloc(4 * sizeof(long));
        (shape[0], shape[1], shape[2], shape[3]) = (what.Batch, what.Channels, what.Size, what.Size);
        var create = (delegate* unmanaged<void*, void*, nuint, long*, nuint, int, void**, void*>)_api[CreateTensor];
        Check(create(memory, x, (nuint)what.Length * sizeof(float), shape, 4, Float, &input));
        int[] outputShape = what.OutputShape ?? [what.Channels, what.Size, what.Size];
        for (int i = 0; i < outputShape.Length; i++)
            shape[i + 1] = outputShape[i];

        Check(create(memory, y, (nuint)what.OutputLength * sizeof(float), shape, (nuint)outputShape.Length + 1, Float, &output));
        _session = session;
        _inputValue = input;
        _outputValue = output;
        _output = y;
    }

    public void Run()
    {
        void* input = _inputValue, output = _outputValue;
        Check(((delegate* unmanaged<void*, void*, byte**, void**, nuint, byte**, nuint, void**, void*>)_api[RunSession])(
            _session, null, _inputNames, &input, 1, _outputNames, 1, &output));
    }

    private static byte* Text(string text) => (byte*)Marshal.StringToCoTaskMemUTF8(text);

    private static byte** Names(string name)
    {
        byte** names = (byte**)NativeMemory.Alloc((nuint)sizeof(byte*));
        names[0] = Text(name);
        return names;
    }

    private void Start()
    {
        if (_api != null)
            return;

        var getBase = (delegate* unmanaged<void**>)NativeLibrary.GetExport(NativeLibrary.Load(library), "OrtGetApiBase");
        _api = (void**)((delegate* unmanaged<uint, void*>)getBase()[0])(ApiVersion);
        void* environment;
        Check(((delegate* unmanaged<int, byte*, void**, void*>)_api[CreateEnv])(LogErrors, Text("peers"), &environment));
        _environment = environment;
        _inputNames = Names("x");
        _outputNames = Names("y");
    }

    private void Check(void* status)
    {
        if (status != null)
            throw new InvalidOperationException(Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<void*, byte*>)_api[GetErrorMessage])(status)));
    }
}
